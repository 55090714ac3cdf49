"""What is told to people: faults with a place, a finding and a fix, and the reports of a run."""
