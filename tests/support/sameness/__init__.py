"""The proof of sameness: cubes and queries at random, answered by columns and by two engines."""
