"""For analysts in JupyterLab: a run's tables, their own questions of them, and where each figure comes from."""
