"""What a release says about its data sets to programs that harvest it."""
