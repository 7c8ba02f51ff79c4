"""The form beside the text of a job: made of the text and the plugins' schemas, and read back into the text."""
