"""Messages in a customer's own browser: shown on a website, or pushed to it. Who a browser is, it must prove."""
