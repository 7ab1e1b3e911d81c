"""What all tests have in common."""

from models.threads import start_with_one_thread

start_with_one_thread()  # as the commands do
