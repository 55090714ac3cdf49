"""The processes of the server: who listens, who lives, and their shared folder."""
