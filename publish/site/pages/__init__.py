"""The pages that people read, each made from the release that is served."""
