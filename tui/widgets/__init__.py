"""The panels. Each turns a Snapshot into lines; live ones draw themselves line by line and repaint what changed."""
