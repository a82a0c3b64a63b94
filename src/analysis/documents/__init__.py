"""Word, Excel and open data, of the same figures as the pages."""
