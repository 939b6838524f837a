"""A simulated year of payroll files that knows the truth, and what judges a system by it.

firm       people, and what happens to them from day to day
year       the files that come of it: late, missing, twice, partial, damaged; each knows its truth
damage     what can happen to a file; the tables say what must come of each
ledger     what a careful reader believes after the files that were applied
judge      compares a directory with both, and counts harm
systems    the import engine, and three rules that others use
"""
