"""What UX.md §3.1 asks for, measured: one function a row, each giving the figure and whether it meets the target."""
