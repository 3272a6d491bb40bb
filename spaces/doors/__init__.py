"""The ways into the app: sockets, pages, REST, admin, tasks, signals. Each door calls one verb of `services` for its
caller and translates the answer. The commands are in `spaces/management`, where Django looks for them."""
