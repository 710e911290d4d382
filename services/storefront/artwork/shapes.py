"""The shapes that the still lifes are made of: SVG text in, SVG text out.

Everything lies on a square of 800 units and is lit from the upper left. What is random comes from the
generator that is passed in.
"""

import math


def tag(name, inner="", **attributes):
    text = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f"<{name}{text}>{inner}</{name}>"


def moved(inner, x, y, turn=0, scale=1):
    return tag("g", inner, transform=f"translate({x:.1f} {y:.1f}) rotate({turn:.1f}) scale({scale:.3f})")


def circle(x, y, radius, fill, **more):
    return tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{radius:.1f}", fill=fill, **more)


def ellipse(x, y, rx, ry, fill, **more):
    return tag("ellipse", cx=f"{x:.1f}", cy=f"{y:.1f}", rx=f"{rx:.1f}", ry=f"{ry:.1f}", fill=fill, **more)


def path(d, fill="none", **more):
    return tag("path", d=d, fill=fill, **more)


def line(d, stroke, width, **more):
    return path(d, stroke=stroke, stroke_width=width, stroke_linecap="round", stroke_linejoin="round", **more)


def shadow(inner, dx=14, dy=22, opacity=0.3):
    """The same outline in the dark, blurred and to the lower right."""
    return tag("g", inner, filter="url(#blur)", opacity=opacity, transform=f"translate({dx} {dy})")


def mix(one, other, share):
    """`share` of the other colour in the one."""
    part = lambda colour, at: int(colour[at : at + 2], 16)
    mixed = (round(part(one, at) * (1 - share) + part(other, at) * share) for at in (1, 3, 5))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def dark(colour, share=0.3):
    return mix(colour, "#1c120a", share)


def light(colour, share=0.3):
    return mix(colour, "#fffaf0", share)


def gradient(name, *stops, kind="linear", **more):
    inner = "".join(tag("stop", offset=at, stop_color=colour) for at, colour in stops)
    return tag(f"{kind}Gradient", inner, id=name, **more)


# --- seen from above ------------------------------------------------------------------------------------


def cup(x, y, radius, liquor, china="#fbf6ec", saucer=True, handle=-35, milk=False):
    """A cup of tea, from above."""
    name = f"cup{x:.0f}{y:.0f}"
    parts = []
    if saucer:
        parts += [shadow(circle(x, y, radius * 1.5, "#000")), circle(x, y, radius * 1.5, dark(china, 0.06)),
                  circle(x, y, radius * 1.5 - 7, china), circle(x, y, radius * 1.16, dark(china, 0.1))]
    if handle is not None:
        grip = line(f"M{radius * 0.9:.0f} -20 h38 a22 20 0 0 1 0 40 h-38", dark(china, 0.14), 26)
        parts.append(moved(grip + line(f"M{radius * 0.9:.0f} -20 h38 a22 20 0 0 1 0 40 h-38", china, 19), x, y, handle))
    parts += [shadow(circle(x, y, radius, "#000"), 10, 16, 0.35), circle(x, y, radius, china),
              circle(x, y, radius - 2, "none", stroke=dark(china, 0.12), stroke_width=3),
              circle(x, y, radius * 0.86, dark(china, 0.22)),
              gradient(name, ("0", light(liquor, 0.28)), ("0.65", liquor), ("1", dark(liquor, 0.35)),
                       kind="radial", cx="0.42", cy="0.4", r="0.66"),
              circle(x + 3, y + 4, radius * 0.8, f"url(#{name})")]
    if milk:
        swirl = (f"M{x - radius * .4:.0f} {y:.0f} c10 -70 120 -60 100 10 c-14 46 -84 30 -66 -6 c10 -18 34 -12 32 6")
        parts.append(line(swirl, light(liquor, 0.7), radius * 0.1, opacity=0.75))
    reach = radius * 0.66
    parts.append(line(f"M{x - reach:.0f} {y - reach * .2:.0f} A{reach:.0f} {reach:.0f} 0 0 1 {x - reach * .2:.0f} {y - reach:.0f}",
                      "#fff", radius * 0.05, opacity=0.6))
    return "".join(parts)


def glass(x, y, radius, liquor, rim="#ffffff", ice=None):
    """A glass from above; with ice if a generator is given."""
    name = f"glass{x:.0f}{y:.0f}"
    parts = [shadow(circle(x, y, radius, liquor), 20, 30, 0.45), circle(x, y, radius, light(liquor, 0.75), opacity=0.9),
             gradient(name, ("0", light(liquor, 0.25)), ("0.7", liquor), ("1", dark(liquor, 0.3)),
                      kind="radial", cx="0.42", cy="0.4", r="0.66"),
             circle(x, y, radius * 0.88, f"url(#{name})"),
             circle(x, y, radius - 4, "none", stroke=rim, stroke_width=9, opacity=0.9)]
    for dx, dy, turn in [(-48, -22, 12), (34, -44, 40), (6, 44, -18)] if ice else []:
        cube = tag("rect", x=-34, y=-34, width=68, height=68, rx=14, fill="#fff", opacity=0.42)
        cube += tag("rect", x=-25, y=-25, width=36, height=36, rx=9, fill="#fff", opacity=0.35)
        parts.append(moved(cube, x + dx, y + dy, turn))
    reach = radius * 0.72
    parts.append(line(f"M{x - reach:.0f} {y - reach * .2:.0f} A{reach:.0f} {reach:.0f} 0 0 1 {x - reach * .2:.0f} {y - reach:.0f}",
                      "#fff", 9, opacity=0.65))
    return "".join(parts)


def dish(x, y, radius, content, china="#efe6d6"):
    """A shallow dish from above, with something in it."""
    clip = f"clip{x:.0f}{y:.0f}"
    return "".join([
        shadow(circle(x, y, radius, "#000")), circle(x, y, radius, china),
        circle(x, y, radius - 3, "none", stroke=light(china, 0.6), stroke_width=5),
        circle(x, y, radius * 0.87, dark(china, 0.13)),
        tag("clipPath", circle(x, y, radius * 0.87, "#000"), id=clip),
        tag("g", content, clip_path=f"url(#{clip})"),
        circle(x, y, radius * 0.87, "none", stroke="#1c120a", stroke_width=12, opacity=0.13),
    ])


def heap(chance, x, y, radius, count, draw):
    """Many of something, denser in the middle."""
    parts = []
    for _ in range(count):
        far, turn = radius * math.sqrt(chance.random()), chance.uniform(0, 360)
        at_x, at_y = x + far * math.cos(math.radians(turn)), y + far * math.sin(math.radians(turn))
        parts.append(moved(draw(chance), at_x, at_y, chance.uniform(0, 360), chance.uniform(0.8, 1.2)))
    return "".join(parts)


# --- leaves and the like, around their own origin -------------------------------------------------------


def twisted(colours, length=46, width=9):
    """A rolled leaf of tea."""
    def draw(chance):
        bend = chance.uniform(-16, 16)
        colour = chance.choice(colours)
        d = f"M{-length / 2:.0f} 0 q{length / 2:.0f} {bend:.0f} {length:.0f} 0"
        return line(d, dark(colour, 0.4), width + 2) + line(d, colour, width) + line(d, light(colour, 0.3), width * 0.25, opacity=0.6)
    return draw


def needle(colours, length=50, width=5):
    return twisted(colours, length, width)


def pellet(colours, radius=13):
    def draw(chance):
        colour, size = chance.choice(colours), radius * chance.uniform(0.8, 1.15)
        return (circle(0, 0, size + 1.5, dark(colour, 0.45)) + circle(0, 0, size, colour)
                + line(f"M{-size * .5:.1f} {-size * .2:.1f} q{size * .5:.1f} {-size * .7:.1f} {size:.1f} 0", light(colour, 0.45), 2.5, opacity=0.7))
    return draw


def grain(colours, length=11, width=6.5):
    def draw(chance):
        colour = chance.choice(colours)
        return ellipse(0, 0, length, width, dark(colour, 0.3)) + ellipse(-0.8, -0.8, length - 1.5, width - 1.5, colour)
    return draw


def leaf(colour, length=120, width=54, veins=5, jagged=False):
    """A fresh leaf, its stem at the origin, pointing up."""
    half = width / 2
    outline = f"M0 0 C{half:.0f} {-length * .2:.0f} {half:.0f} {-length * .72:.0f} 0 {-length} C{-half:.0f} {-length * .72:.0f} {-half:.0f} {-length * .2:.0f} 0 0z"
    more = {"stroke": dark(colour, 0.18), "stroke_width": 5, "stroke_dasharray": "9 7", "stroke_linejoin": "round"} if jagged else {}
    parts = [path(outline, colour, **more),
             path(f"M0 0 C{-half:.0f} {-length * .2:.0f} {-half:.0f} {-length * .72:.0f} 0 {-length} z", light(colour, 0.16))]
    parts.append(line(f"M0 {length * .08:.0f} V{-length * .92:.0f}", dark(colour, 0.25), 3))
    for vein in range(1, veins + 1):
        at = -length * vein / (veins + 1.4)
        reach = half * 0.62 * math.sin(math.pi * min(0.92, vein / (veins + 1) + 0.12))
        parts.append(line(f"M0 {at:.0f} l{reach:.0f} {-length * .09:.0f} M0 {at:.0f} l{-reach:.0f} {-length * .09:.0f}", dark(colour, 0.2), 2))
    return "".join(parts)


def sprig(colour, size=1.0):
    """Two leaves and a bud."""
    return tag("g", "".join([
        line("M0 60 q-6 -50 0 -100", dark(colour, 0.2), 6),
        moved(leaf(colour, 130, 48), 0, 4, -48), moved(leaf(dark(colour, 0.1), 120, 44), 0, -14, 44),
        moved(leaf(light(colour, 0.3), 96, 24, 0), 0, -36, 3),
    ]), transform=f"scale({size})")


def mint(colour="#5d9a5f", size=1.0):
    """A tip of mint."""
    leaves = [(-90, 92, 62), (90, 92, 62), (-45, 104, 66), (45, 104, 66), (0, 112, 64), (180, 70, 46)]
    parts = [moved(leaf(dark(colour, 0.05 * (at % 3)), length, width, 5, True), 0, 0, turn) for at, (turn, length, width) in enumerate(leaves)]
    return tag("g", "".join(parts) + circle(0, 0, 9, light(colour, 0.35)), transform=f"scale({size})")


def flower(petals, length, width, colour, heart, heart_size):
    """A flower from above."""
    def petal(turn, tone):
        half = width / 2
        d = f"M0 0 C{half:.0f} {-length * .3:.0f} {half:.0f} {-length:.0f} 0 {-length} C{-half:.0f} {-length:.0f} {-half:.0f} {-length * .3:.0f} 0 0z"
        return moved(path(d, tone) + line(f"M0 {-length * .3:.0f} V{-length * .75:.0f}", dark(colour, 0.14), 2, opacity=0.6), 0, 0, turn)
    parts = [petal(360 / petals * at, mix(colour, dark(colour, 0.14), (at % 3) / 3)) for at in range(petals)]
    return "".join(parts) + circle(2, 3, heart_size, dark(heart, 0.3)) + circle(0, 0, heart_size, heart) + circle(-heart_size * .3, -heart_size * .3, heart_size * .3, light(heart, 0.5), opacity=0.7)


def slice_of(radius, rind, flesh, segments=9):
    """A slice of a citrus fruit."""
    parts = [circle(0, 0, radius, rind), circle(0, 0, radius * 0.9, light(flesh, 0.75))]
    for at in range(segments):
        turn, half = 360 / segments * at, 180 / segments * 0.86
        reach = radius * 0.82
        x1, y1 = reach * math.sin(math.radians(-half)), -reach * math.cos(math.radians(half))
        d = f"M0 {-radius * .1:.1f} L{x1:.1f} {y1:.1f} A{reach:.1f} {reach:.1f} 0 0 1 {-x1:.1f} {y1:.1f} z"
        parts.append(moved(path(d, flesh, stroke=flesh, stroke_width=4, stroke_linejoin="round")
                           + line(f"M{-radius * .06:.0f} {-radius * .62:.0f} v{radius * .2:.0f}", light(flesh, 0.5), 3, opacity=0.7), 0, 0, turn))
    return "".join(parts)


def pine(colour="#3c5a46", length=300):
    """A twig of pine."""
    parts = [line(f"M0 0 q{length * .1:.0f} {-length * .5:.0f} 0 {-length}", "#6b4a33", 9)]
    for at in range(6, 40):
        along = -length * at / 40
        sway = length * 0.1 * math.sin(math.pi * at / 40) * 0.5
        reach = 84 - at * 0.7
        tone = mix(colour, "#7a9a78", (at % 4) / 6)
        parts.append(line(f"M{sway:.0f} {along:.0f} l{reach:.0f} {-reach * .62:.0f} M{sway:.0f} {along:.0f} l{-reach:.0f} {-reach * .62:.0f}", tone, 4))
    return "".join(parts)
