"""The data addresses: views of data sets, what describes them, and how they are answered."""
