"""What runs while a release is served."""
