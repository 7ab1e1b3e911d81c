"""Small feeds in native platform shapes with known truth, all written by `trendtop simulate`."""
