"""The builder of segments: its form, its page, and what they suggest."""
