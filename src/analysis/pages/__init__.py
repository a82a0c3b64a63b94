"""HTML: the sections of reports, the pages around them, the site."""
