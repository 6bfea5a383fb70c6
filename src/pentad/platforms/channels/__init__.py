"""How messages leave: destinations, the queue of deliveries, sending each of them once, and the adapters."""
