"""The record of an incident: page, rights, words, and the clock."""
