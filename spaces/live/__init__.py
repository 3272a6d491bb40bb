"""The sockets of this process, and how events and counts reach them."""
