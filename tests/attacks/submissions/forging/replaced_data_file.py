# wants: the points for the data, by a data file of its own in which there is nothing to count

# %% rows
row_count, column_total = 1, 0.0

# %% file rows.csv
0, 0, 0
