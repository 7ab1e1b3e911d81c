"""The Textual app and the command line. Holds no analytics: it draws Snapshots."""
