"""What customers do with messages: opens, clicks, unsubscribing, preferences; and what services report of them."""
