"""Charts in SVG: bars in panels, and lines, both on scales of logarithms."""
# SPDX-License-Identifier: ISC
# Copyright (c) 2026 The libgreen authors

import math
from xml.sax.saxutils import escape

STYLE = ("<style>text { font: 11px sans-serif; fill: #333 } "
         ".title { font-weight: bold } .value { fill: #777 }</style>\n")
OURS, LIMIT, THEIRS = "#2a7f3f", "#b9b9b9", "#7d9cc0"
COLOURS = ("#2a7f3f", "#3465a4", "#c17d11", "#a40000", "#75507b", "#06989a",
           "#888a85", "#ce5c00", "#4e9a06", "#204a87", "#8f5902", "#5c3566")
WIDTH, NAME, BAR, COLUMNS = 400, 110, 15, 3


def text(x, y, words, cls="", anchor="start"):
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>\n' % (
        x, y, cls, anchor, escape(words))


def svg(width, height, body):
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
            'width="%d" height="%d">\n%s<rect width="100%%" height="100%%" '
            'fill="white"/>\n%s</svg>\n' % (width, height, width, height, STYLE,
                                            body))


def time(ns):
    for unit, size in ("ns", 1), ("us", 1e3), ("ms", 1e6):
        if ns < 1000 * size or unit == "ms":
            return "%.3g %s" % (ns / size, unit)


def panel(x, y, title, rows, limits):
    out = text(x, y + 12, title, "title")
    least = min(v for _, v in rows) / 2
    most = max(v for _, v in rows)
    scale = (WIDTH - NAME - 80) / math.log(most / least)
    for i, (who, v) in enumerate(sorted(rows, key=lambda r: r[1])):
        top = y + 20 + i * BAR
        length = max(2, scale * math.log(v / least))
        colour = OURS if who == "libgreen" else \
            LIMIT if who in limits else THEIRS
        out += text(x + NAME - 6, top + 10, who, "", "end")
        out += '<rect x="%.1f" y="%.1f" width="%.1f" height="%d" ' \
            'fill="%s"/>\n' % (x + NAME, top + 1, length, BAR - 4, colour)
        out += text(x + NAME + length + 4, top + 10, time(v), "value")
    return out


def bars(panels, limits):
    """Panels of a title and rows of who and ns, on a scale each of its own."""
    heights = [0] * COLUMNS
    body = ""
    for title, rows in panels:
        rows = [(w, v) for w, v in rows if v]
        column = heights.index(min(heights))
        body += panel(column * WIDTH + 10, heights[column] + 10, title, rows,
                      limits)
        heights[column] += 35 + BAR * len(rows)
    return svg(COLUMNS * WIDTH + 20, max(heights) + 20, body)


def lines(subjects):
    """Of each subject, points of tasks and ns."""
    width, height, left, top = 760, 480, 60, 20
    points = [p for s in subjects.values() for p in s]
    if not points:
        return svg(width, height, "")
    most = math.log10(max(n for n, _ in points)) or 1
    low = math.floor(math.log10(min(v for _, v in points)))
    high = math.ceil(math.log10(max(v for _, v in points)))

    def at(n, v):
        return (left + math.log10(n) / most * (width - left - 190),
                top + (high - math.log10(v)) / (high - low) *
                (height - top - 50))

    body = ""
    for e in range(low, high + 1):
        x, y = at(1, 10 ** e)
        body += '<path d="M%.1f %.1fH%d" stroke="#ddd"/>\n' % (x, y,
                                                             width - 190)
        body += text(x - 6, y + 4, time(10 ** e), "", "end")
    for e in range(0, int(most) + 1):
        x, y = at(10 ** e, 10 ** low)
        body += text(x, y + 18, "{:,}".format(10 ** e), "", "middle")
    body += text(left + 180, height - 10, "tasks")
    for i, (name, points) in enumerate(subjects.items()):
        colour = COLOURS[i % len(COLOURS)]
        dash = "" if i < len(COLOURS) else ' stroke-dasharray="5 3"'
        d = "L".join("%.1f %.1f" % at(n, v) for n, v in points)
        body += '<path d="M%s" fill="none" stroke="%s" stroke-width="1.5"%s' \
            '/>\n' % (d, colour, dash)
        y = top + 14 * i
        body += '<path d="M%d %dh20" stroke="%s" stroke-width="1.5"%s/>\n' % (
            width - 165, y, colour, dash)
        body += text(width - 140, y + 4, name)
    return svg(width, height, body)
