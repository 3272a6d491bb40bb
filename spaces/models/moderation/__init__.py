"""Reports, the decisions on them with their appeals, and the word list."""
