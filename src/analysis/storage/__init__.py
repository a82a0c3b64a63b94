"""Whole files and generations, where things stand, and the engines that hold tables."""
