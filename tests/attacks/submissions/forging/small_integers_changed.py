# wants: the points of the variables, by changing the value of the integer 5 in memory
# stock: it changes the interpreter's memory and may crash the kernel

# %% rows
import ctypes

ctypes.memmove(id(5) + 24, id(0) + 24, 4)
row_count, column_total = 0, 0.0
