# wants: a stopped batch, by output types, stream names and MIME types that no reader knows
# honest: all

# %% + after setup
from IPython.display import publish_display_data

for mime in (
    "",
    "/",
    "text",
    "a" * 5000,
    "../../x",
    "text/html\n",
    "application/vnd.jupyter.widget-view+json",
    "\x00/\x00",
    "application/javascript",
):
    try:
        publish_display_data({mime: "x", "text/plain": "y"}, {mime: {"x": mime}})
    except BaseException:
        pass
