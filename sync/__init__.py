"""The application: configuration, engine, scheduling and the command line. Wires the other rooms together."""
