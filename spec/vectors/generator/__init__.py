"""Pinpoint's test vectors, made from the text of spec/ alone: exact integers, own rounding, standard library only."""
