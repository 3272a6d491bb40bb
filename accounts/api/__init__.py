"""The REST API of accounts, and what the API of every app is built on."""
