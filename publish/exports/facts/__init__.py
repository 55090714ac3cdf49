"""Facts of data sets for programs that answer questions: found, described, given and verified."""
