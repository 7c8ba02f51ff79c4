"""Geometry of the inline pictures: plain dataclasses, computed here, drawn by templates. No text is markup."""
