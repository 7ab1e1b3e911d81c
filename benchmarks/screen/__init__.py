"""What bench_screen.py is made of."""
