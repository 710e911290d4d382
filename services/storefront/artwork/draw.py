"""Draws the sample shop's pictures: `draw.py FOLDER [SLUG …]` writes FOLDER/SLUG.webp, 800 × 800."""

import pathlib
import random
import subprocess
import sys
import tempfile
import zlib

import ware
from shapes import (circle, cup, dark, dish, ellipse, flower, glass, gradient, grain, heap, leaf, light, line, mint, mix,
                    moved, needle, path, pellet, pine, shadow, slice_of, sprig, tag, twisted)

BLACK = ["#3a261b", "#4b3022", "#2c1d16", "#5d3d2a"]
GREEN = ["#55693a", "#6b7f45", "#435730", "#7d9152"]
MOST_BYTES = 20_000


def lay(inner, dx=8, dy=12):
    """Something flat on the table, with its shadow."""
    return shadow(inner, dx, dy, 0.28) + inner


def napkin(x, y, turn, cloth, stripe):
    """A folded cloth."""
    whole = tag("rect", x=-210, y=-260, width=420, height=520, rx=6, fill=cloth)
    stripes = "".join(tag("rect", x=at, y=-260, width=width, height=520, fill=stripe, opacity=0.55) for at, width in ((-180, 14), (-156, 5), (150, 5), (165, 14)))
    weave = "".join(line(f"M-210 {at} h420", dark(cloth, 0.1), 1.5, opacity=0.5) for at in range(-250, 260, 13))
    return moved(lay(whole, 10, 14) + weave + stripes, x, y, turn)


def darjeeling(chance):
    leaves = heap(chance, 250, 540, 150, 230, twisted(["#6b6a3a", "#7d6a3c", "#4f4a2a", "#93905c", "#d9d2b4"], 44, 9))
    return napkin(560, 300, 14, "#f4ecd8", "#9aa36a") + cup(530, 300, 150, "#dca63f") + dish(250, 540, 165, leaves) + moved(lay(sprig("#7d9a4e", 1.15)), 590, 640, 66)


def souchong(chance):
    leaves = heap(chance, 500, 520, 170, 260, twisted(["#241a16", "#322420", "#191210", "#453028"], 54, 11))
    smoke = "".join(line(f"M{x} 300 c{s} -60 {-s} -90 0 -150 c{s} -50 {-s} -80 0 -140", "#fff", 22, opacity=0.16, filter="url(#soft)") for x, s in ((430, 40), (520, -44), (600, 36)))
    return moved(lay(pine("#3f6b4c", 430)), 150, 700, 16) + moved(lay(pine("#54755c", 330)), 330, 770, 58) + dish(500, 520, 190, leaves, "#6b5a50") + cup(270, 250, 120, "#8a3a17", "#463a35", True, 150) + smoke


def assam(chance):
    leaves = heap(chance, 560, 590, 120, 170, twisted(BLACK + ["#b98a3f"], 38, 10))
    jug = shadow(circle(600, 210, 78, "#000")) + path("M530 176 L486 128 L572 140z", "#f7efe2") + circle(600, 210, 78, "#fbf5ea") + circle(600, 210, 62, "#e9dcc6") + circle(602, 213, 56, "#fffdf8")
    ear = line("M0 120 V-120", "#b98a3f", 6) + "".join(moved(ellipse(0, -16, 9, 22, "#d8aa55"), side * 10, y, side * 26) + line(f"M{side * 16} {y - 24} l{side * 26} -64", "#c79a4a", 2.5) for y in range(-110, 40, 26) for side in (-1, 1))
    return napkin(250, 470, -10, "#f3dfc6", "#b4552f") + cup(300, 400, 165, "#b5622c", milk=True) + jug + dish(560, 590, 135, leaves) + moved(lay(ear), 690, 420, 18)


def earl_grey(chance):
    leaves = heap(chance, 555, 265, 140, 220, twisted(BLACK, 42, 9))
    rind, flesh = "#b9b63a", "#e3dc74"
    fruit = lay(circle(0, 0, 104, "#c3bb3f")) + circle(-14, -16, 84, "#cfc850", opacity=0.8) + "".join(circle(chance.uniform(-74, 74), chance.uniform(-74, 74), 3, "#a39c2c", opacity=0.6) for _ in range(60)) + moved(leaf("#5d7f45", 110, 52), 10, -84, 40)
    peel = line("M0 0 c60 -50 120 10 70 60 c-34 34 -80 -6 -46 -32", "#c3bb3f", 20) + line("M0 0 c60 -50 120 10 70 60 c-34 34 -80 -6 -46 -32", "#ece7a0", 7)
    return cup(290, 320, 150, "#bf6f24", "#f4f6f8") + dish(560, 265, 150, leaves, "#dbe2e8") + moved(fruit, 250, 640) + moved(lay(slice_of(94, rind, flesh)), 450, 600, 10) + moved(lay(slice_of(74, rind, flesh)), 600, 670, 30) + moved(lay(peel), 610, 470, 0, 1.1)


def hills(tones, mist="#ffffff"):
    """Hills behind each other, the far ones in the mist."""
    shapes = [(300, 60, 0.0), (370, 74, 1.7), (450, 66, 3.1), (540, 80, 4.4)]
    parts = []
    for (top, sway, phase), tone in zip(shapes, tones):
        one, two = top - sway * (1 if phase % 2 < 1 else -0.4), top + sway * (0.4 if phase % 2 < 1 else -1)
        parts.append(path(f"M0 {top} C140 {one:.0f} 260 {one:.0f} 400 {top} S660 {two:.0f} 800 {top - sway * .5:.0f} V800 H0z", tone))
        parts.append(tag("rect", x=-60, y=top + 66, width=920, height=44, fill=mist, opacity=0.24, filter="url(#blur)"))
    return "".join(parts)


def side_cup(x, y, china, tea, scale=1.0):
    """A cup from the side, with steam."""
    parts = [ellipse(30, 128, 190, 24, "#1c120a", filter="url(#blur)", opacity=0.35), ellipse(0, 120, 186, 22, dark(china, 0.1)), ellipse(0, 114, 186, 21, china),
             line("M120 -20 h30 a46 44 0 0 1 0 88 h-44", dark(china, 0.1), 24), line("M120 -20 h30 a46 44 0 0 1 0 88 h-44", china, 16),
             ware.round_light("china", china, 0.5, 0.22), path("M-140 -60 C-140 60 -90 112 0 112 S140 60 140 -60z", "url(#china)"),
             ellipse(0, -60, 140, 26, light(china, 0.6)), ellipse(0, -58, 126, 20, dark(china, 0.2)), ellipse(0, -54, 116, 15, tea), ellipse(-30, -57, 54, 5, light(tea, 0.5), opacity=0.7)]
    parts += [line(f"M{at} -92 c{s} -30 {-s} -50 0 -80 c{s} -26 {-s} -40 0 -62", "#fff", 10, opacity=0.55, filter="url(#soft)") for at, s in ((-40, 18), (8, -20), (54, 16))]
    return moved("".join(parts), x, y, 0, scale)


def ceylon(chance):
    sun = circle(580, 190, 84, "#fff3d0", opacity=0.9)
    return sun + hills(["#b9cfc0", "#93b39c", "#6c967a", "#4b7a5d"]) + side_cup(400, 560, "#fdf8ee", "#c7702a", 1.25)


def breakfast(chance):
    toast = path("M-96 90 V-40 C-130 -70 -100 -120 -40 -110 C-10 -124 20 -124 44 -110 C104 -120 130 -70 96 -40 V90 q0 14 -14 14 H-82 q-14 0 -14 -14z", "#b9793a")
    crumb = path("M-82 84 V-46 C-108 -72 -84 -104 -38 -96 C-10 -108 20 -108 40 -96 C88 -104 106 -72 82 -46 V84 q0 8 -8 8 H-74 q-8 0 -8 -8z", "#efcf94")
    butter = tag("rect", x=-34, y=-34, width=68, height=56, rx=10, fill="#fff0a8") + tag("rect", x=-34, y=-34, width=68, height=20, rx=9, fill="#fff8cf")
    plate = shadow(circle(560, 590, 170, "#000")) + circle(560, 590, 170, "#e6eef0") + circle(560, 590, 163, "#f6fafa") + circle(560, 590, 118, "#e9f0f1")
    return napkin(200, 610, -22, "#f6e4c4", "#d08a2e") + cup(240, 270, 128, "#a94f1d", "#f3f7f7", True, 140) + cup(560, 230, 128, "#c98550", "#f7d9a8", True, 20, True) + plate + moved(toast + crumb + butter, 560, 592, 14)


def cocoa(chance):
    husks = heap(chance, 540, 300, 150, 130, lambda c: path("M-20 0 Q0 -22 22 -4 Q6 14 -20 0z", c.choice(["#7a4a2b", "#935b35", "#5d3820", "#b07a4c"])))
    leaves = heap(chance, 540, 300, 150, 110, twisted(BLACK, 40, 8))
    def bean(c):
        return ellipse(0, 0, 40, 25, "#4a2a18") + ellipse(-3, -3, 36, 21, "#6d3f24") + line("M-28 2 q28 -14 56 0", "#4a2a18", 3)
    pod = lay(path("M-190 0 C-150 -96 100 -104 190 0 C100 104 -150 96 -190 0z", "#b5672c")) + "".join(line(f"M-186 {y * .1:.0f} C-100 {y} 90 {y} 186 {y * .1:.0f}", "#8d4b1d", 6, opacity=0.7) for y in (-86, -44, 0, 44, 86)) + line("M-150 -36 C-70 -74 60 -74 120 -46", "#e0a060", 9, opacity=0.7)
    beans = "".join(moved(lay(bean(chance), 5, 8), x, y, turn) for x, y, turn in ((420, 640, 20), (500, 690, -30), (580, 640, 60), (520, 590, 5), (650, 700, 24)))
    return cup(250, 280, 135, "#5a2a14", "#f2dfc8") + dish(545, 300, 160, leaves + husks, "#d9bb98") + moved(pod, 240, 620, -24) + beans


def sencha(chance):
    leaves = heap(chance, 545, 300, 165, 230, needle(["#3f6b35", "#55843f", "#2f5630", "#6f9c4e"], 52, 8))
    blades = "".join(moved(leaf(mix("#5f9a4a", "#8cbb5e", at / 6), 300 + at * 12, 26, 0), 120 + at * 26, 800, -24 + at * 9) for at in range(7))
    blossom = lay(flower(5, 58, 62, "#f9dfe3", "#d98a9a", 13), 4, 6)
    return blades + cup(290, 400, 150, "#b9c04c", "#7f9a93", False, None) + dish(550, 300, 180, leaves, "#e5e6d2") + moved(blossom, 610, 610, 0, 1.2) + moved(blossom, 500, 690, 30, 0.85) + moved(blossom, 690, 700, 60, 0.7)


def jasmine(chance):
    pearls = heap(chance, 480, 440, 190, 120, pellet(["#7d8a5a", "#95a06c", "#66744a", "#c9cba4"], 25))
    blossom = lay(flower(6, 76, 44, "#fffdf6", "#f1dd8a", 14), 5, 8)
    places = ((200, 250, 0, 1.25), (330, 150, 25, 0.9), (150, 430, 40, 0.8), (640, 170, 10, 1), (690, 640, 50, 1.1), (250, 650, 15, 1))
    greens = "".join(moved(lay(leaf("#5f8357", 150, 60)), x, y, turn) for x, y, turn in ((200, 250, -60), (200, 250, 120), (640, 170, 70), (690, 640, -100), (250, 650, -40)))
    return greens + dish(480, 440, 215, pearls, "#f1ead8") + "".join(moved(blossom, x, y, turn, size) for x, y, turn, size in places) + moved(blossom, 470, 400, 12, 0.8)


def genmaicha(chance):
    leaves = heap(chance, 480, 500, 190, 240, needle(GREEN, 50, 7)) + heap(chance, 480, 500, 190, 110, grain(["#c98d4b", "#b9793a", "#ddb274"], 14, 8))
    popped = lambda c: circle(0, 0, 13, "#efe6d0") + circle(8, -6, 10, "#fffaf0") + circle(-7, -5, 9, "#fffdf6") + circle(2, 8, 8, "#f6eedb")
    leaves += heap(chance, 480, 500, 180, 28, popped)
    loose = heap(chance, 180, 640, 110, 30, grain(["#c98d4b", "#b9793a", "#ddb274"], 14, 8)) + heap(chance, 190, 640, 110, 8, popped)
    return napkin(300, 260, 8, "#efe3c6", "#7d8a5a") + cup(270, 260, 132, "#c9b152", "#55655c", False, None) + dish(490, 500, 215, leaves, "#e2d3b4") + loose


def gunpowder(chance):
    pellets = heap(chance, 300, 540, 170, 260, pellet(["#4c5a45", "#5f6d52", "#39453a", "#75805f"], 14))
    cubes = "".join(moved(lay(tag("rect", x=-30, y=-30, width=60, height=60, rx=8, fill="#fffaf0")) + tag("rect", x=-30, y=-30, width=60, height=22, rx=8, fill="#ffffff"), x, y, turn) for x, y, turn in ((640, 560, 14), (590, 640, 40)))
    return dish(310, 530, 195, pellets, "#c8885c") + glass(545, 270, 140, "#b9a93a", "#d9b24c") + moved(lay(mint("#4f8f52")), 210, 220, -20, 1.15) + moved(mint("#5aa05c"), 545, 262, 25, 0.7) + cubes


def matcha(chance):
    foam = heap(chance, 350, 420, 150, 110, lambda c: circle(0, 0, c.uniform(3, 9), c.choice(["#b5cf6a", "#c5db80", "#9dbd50"]), opacity=0.8))
    bowl = shadow(circle(350, 420, 250, "#000")) + circle(350, 420, 250, "#2f3634") + circle(350, 420, 243, "#3f4845") + circle(350, 420, 214, "#2a302e") + circle(353, 424, 204, "#93b544") + circle(346, 414, 182, "#a3c352") + foam + line("M205 350 A170 170 0 0 1 290 270", "#e6f0b8", 12, opacity=0.7)
    tin = shadow(circle(640, 190, 104, "#000")) + circle(640, 190, 104, "#c8ccc4") + circle(640, 190, 96, "#e6e9e2") + circle(640, 190, 86, "#6f9a2f") + circle(634, 184, 72, "#82ad3a") + path("M590 200 q50 -60 110 -10 q-40 40 -110 10z", "#93bd48")
    powder = ellipse(650, 640, 84, 56, "#7ba636") + ellipse(640, 628, 58, 36, "#8fba45") + heap(chance, 650, 640, 120, 80, lambda c: circle(0, 0, c.uniform(1.5, 5), c.choice(["#7ba636", "#8fba45"])))
    return bowl + tin + lay(powder, 5, 7)


def oolong(chance):
    balls = heap(chance, 560, 560, 130, 150, pellet(["#4c5d3c", "#66754a", "#7b6a42", "#3b4a33"], 19))
    orchid = moved(flower(3, 92, 60, "#e8d3ea", "#d9a6c9", 8), 0, 0, 60) + flower(3, 84, 92, "#f3e4f4", "#b7588f", 17) + path("M-20 12 q20 44 40 0 q-20 -12 -40 0z", "#b7588f")
    return hills(["#c5d2cc", "#a4b8b0", "#829c94", "#64827a"]) + dish(555, 580, 150, balls, "#e9e2d0") + cup(270, 520, 130, "#c98f35", "#f6f1e4", False, None) + moved(lay(orchid), 210, 200, -14, 1.05) + moved(lay(orchid), 350, 290, 20, 0.72)


def white_peony(chance):
    def bud(c):
        tone = c.choice(["#cfd3bf", "#b5bb9c", "#dfe2d2", "#9aa283"])
        return path("M-34 0 Q0 -13 36 0 Q0 13 -34 0z", tone) + line("M-28 -1 Q0 -7 28 -1", "#f6f7ee", 3, opacity=0.7)
    leaves = heap(chance, 520, 530, 170, 170, twisted(["#8a8f6a", "#7b7a54", "#a1a07a"], 46, 10)) + heap(chance, 520, 530, 165, 90, bud)
    peony = "".join(moved(flower(count, length, width, tone, tone, 3), 0, 0, turn) for count, length, width, tone, turn in ((9, 150, 120, "#f3e6e2", 0), (8, 124, 104, "#f9efec", 20), (7, 96, 86, "#fdf7f4", 8), (6, 66, 62, "#fffdfb", 30)))
    peony += "".join(circle(chance.uniform(-22, 22), chance.uniform(-22, 22), 5, "#e6c25a") for _ in range(26))
    greens = "".join(moved(lay(leaf("#7d9a78", 190, 80)), 250, 260, turn) for turn in (-130, 150, 40))
    return greens + dish(530, 540, 195, leaves, "#f0ece2") + moved(lay(peony), 250, 260, 0, 1.05)


def daisy(size=1.0):
    return tag("g", lay(flower(13, 60, 22, "#fffdf5", "#f0b429", 25), 4, 7) + "".join(circle(x, y, 2.6, "#d1901a") for x, y in ((-8, -6), (6, -9), (0, 4), (10, 5), (-9, 8))), transform=f"scale({size})")


def chamomile(chance):
    places = ((140, 150, 1.2), (300, 110, 0.8), (650, 140, 1.1), (120, 330, 0.75), (700, 330, 0.8), (150, 620, 1.15), (300, 700, 0.85), (620, 690, 1.2), (700, 540, 0.9), (470, 720, 0.7), (480, 110, 0.7))
    stems = "".join(line(f"M{x} {y} Q{(x + 400) / 2 + 40:.0f} {(y + 420) / 2 - 30:.0f} 400 420", "#8aa06a", 5, opacity=0.8) for x, y, _ in places[:9])
    return stems + cup(400, 410, 165, "#e5b93a", "#fdfaf2") + "".join(moved(daisy(size), x, y, at * 40) for at, (x, y, size) in enumerate(places)) + moved(daisy(0.62), 372, 380, 20) + moved(daisy(0.5), 452, 440, 50)


def peppermint(chance):
    cut = heap(chance, 570, 590, 125, 150, lambda c: path("M-15 0 Q0 -14 17 -2 Q2 12 -15 0z", c.choice(["#4f7d4e", "#6a965f", "#3d6640", "#83a86f"])))
    return glass(370, 350, 190, "#a9c07a") + moved(mint("#4f8f5a"), 360, 345, 12, 1.0) + dish(580, 600, 140, cut, "#e4efe6") + moved(lay(mint("#559a62")), 190, 640, -24, 1.35) + moved(lay(mint("#6aa870")), 680, 220, 40, 1.1)


def rooibos(chance):
    needles = heap(chance, 530, 540, 175, 170, needle(["#9c3f1f", "#b5532a", "#7d2f18", "#c9713c"], 46, 9))
    peel = lambda c: path("M-20 -9 L20 -13 24 6 -18 11z", c.choice(["#f0962c", "#e8801c", "#f7b152"]))
    needles += heap(chance, 530, 540, 165, 22, peel)
    orange = slice_of(112, "#ef8e1e", "#f9ab3c", 10)
    return cup(280, 290, 150, "#c2481a", "#fff3e4") + dish(540, 545, 195, needles, "#f3d9bd") + moved(lay(orange), 620, 200, 12) + moved(lay(orange), 200, 640, 40, 0.92) + moved(lay(orange), 120, 520, 5, 0.6)


def verbena(chance):
    long = "".join(moved(lay(leaf(mix("#7fa45b", "#a6bf72", chance.random()), chance.uniform(220, 290), 46, 8), 5, 8), x, y, turn) for x, y, turn in
                   ((130, 740, 20), (220, 780, -8), (330, 770, 30), (80, 560, 48), (720, 90, 200), (640, 60, 168), (770, 260, 224), (560, 40, 190)))
    lemon = slice_of(104, "#f2cf3a", "#f8e27a", 9)
    return long + glass(400, 400, 185, "#dcd36a") + moved(slice_of(84, "#f2cf3a", "#f8e27a"), 420, 420, 20) + moved(lay(lemon), 630, 600, 14) + moved(lay(lemon), 170, 210, 30, 0.85)


def ginger(chance):
    def root(skin, flesh):
        knob = path("M-170 30 C-200 -30 -130 -70 -80 -46 C-70 -110 0 -120 16 -60 C60 -90 120 -80 124 -34 C180 -40 206 14 166 44 C130 76 70 56 30 66 C10 120 -60 116 -64 62 C-110 84 -150 72 -170 30z", skin)
        rings = "".join(line(d, dark(skin, 0.22), 4, opacity=0.7) for d in ("M-120 -50 q-20 50 8 100", "M-30 -86 q22 14 40 6", "M70 -70 q-18 60 4 116", "M140 -30 q-14 30 0 66", "M-40 70 q-4 24 -2 34"))
        return lay(knob) + rings + ellipse(168, 8, 22, 32, flesh) + ellipse(168, 8, 15, 24, light(flesh, 0.4))
    pepper = heap(chance, 430, 690, 70, 16, pellet(["#2f2622", "#433630"], 11))
    coins = "".join(moved(lay(circle(0, 0, 50, "#d9a25a") + circle(0, 0, 43, "#f6dd96") + circle(0, 0, 28, "none", stroke="#e6c06c", stroke_width=4)), x, y) for x, y in ((610, 420, ), (690, 480), (600, 520)))
    powder = lay(ellipse(640, 660, 100, 54, "#e08f10") + ellipse(630, 646, 70, 34, "#f0a828"), 5, 8)
    return cup(300, 330, 155, "#e3981d", "#fdf3df") + moved(root("#d3a46a", "#f3d992"), 600, 200, -14) + moved(root("#c1752a", "#f08a12"), 190, 650, 12, 0.8) + coins + powder + pepper


def hibiscus(chance):
    bloom = flower(5, 130, 128, "#d13a5e", "#7d1030", 26) + line("M0 0 q40 -50 60 -110", "#f2c14e", 11) + "".join(circle(34 + at * 6, -62 - at * 14, 6, "#ffdf7a") for at in range(5))
    dried = heap(chance, 580, 600, 120, 90, lambda c: path("M-30 6 C-20 -30 4 -14 10 -34 C22 -10 34 -8 30 16 C10 8 -10 22 -30 6z", c.choice(["#7d1832", "#9c2444", "#5d1026", "#b53a58"])))
    return glass(320, 330, 200, "#b3163f", ice=True) + dish(585, 600, 140, dried, "#f6dcd8") + moved(lay(bloom), 600, 200, 10, 0.95) + moved(leaf("#5d7f4a", 140, 70, 6, True), 180, 620, -40) + moved(lay(bloom), 190, 650, 70, 0.8)


# slug: drawing, colour of the table from upper left to lower right
PICTURES = {
    "first-flush-darjeeling": (darjeeling, "#e3dfb8", "#c9c48e"),
    "smoked-pine-souchong": (souchong, "#b9a893", "#857160"),
    "malty-assam": (assam, "#e4b894", "#c98a62"),
    "earl-grey-with-real-bergamot": (earl_grey, "#b9c8d4", "#8fa5b6"),
    "highland-ceylon": (ceylon, "#f4e3bd", "#dfe6d4"),
    "breakfast-for-two": (breakfast, "#9fc0c4", "#78a3aa"),
    "cocoa-husk-black": (cocoa, "#cfa98a", "#a87a58"),
    "spring-sencha": (sencha, "#dbe6b4", "#b4cc86"),
    "jasmine-pearls": (jasmine, "#bcd2c0", "#8fb29a"),
    "toasted-rice-genmaicha": (genmaicha, "#d9c08c", "#b99d64"),
    "everyday-gunpowder": (gunpowder, "#e6c8a0", "#cf9f70"),
    "ceremonial-matcha": (matcha, "#e9ead2", "#cdd3a8"),
    "misty-mountain-oolong": (oolong, "#e6e2e6", "#c9d2d0"),
    "white-peony": (white_peony, "#d9d6c4", "#b9b8a0"),
    "chamomile-meadow": (chamomile, "#cfe0ec", "#a4c3d6"),
    "peppermint-cut-leaf": (peppermint, "#cfe6da", "#9ccab4"),
    "rooibos-with-orange": (rooibos, "#f3c99a", "#e0a066"),
    "lemon-verbena": (verbena, "#f3ecb8", "#dcd486"),
    "ginger-and-turmeric": (ginger, "#f6dfa2", "#e6bd66"),
    "hibiscus-cooler": (hibiscus, "#f6cfcb", "#e59f9c"),
    "cast-iron-teapot": (ware.iron_teapot, "#e0c9b4", "#b99478"),
    "glass-infuser-mug": (ware.infuser_mug, "#a9c6c4", "#7ba3a1"),
    "bamboo-matcha-whisk": (ware.whisk, "#c4d2ac", "#98b07a"),
    "stoneware-cup-ash-glaze": (ware.stoneware_cup, "#dccdbb", "#b5a08a"),
    "measuring-spoon-of-beech": (ware.spoon, "#c7b8c4", "#a08c9c"),
    "linen-tea-filters": (ware.filters, "#b4bfa4", "#8b9a7a"),
    "travel-tin-for-50-grams": (ware.travel_tin, "#efd2ba", "#d9a888"),
}


def picture(slug):
    """The whole SVG of a product."""
    draw, bright, deep = PICTURES[slug]
    chance = random.Random(zlib.crc32(slug.encode()))
    behind = tag("rect", width=800, height=800, fill="url(#table)")
    if draw.__module__ == "ware" and draw not in (ware.spoon, ware.filters):
        behind += tag("rect", y=520, width=800, height=280, fill=dark(deep, 0.16)) + tag("rect", y=520, width=800, height=3, fill=light(deep, 0.3), opacity=0.6)
    definitions = "".join([
        gradient("table", ("0", bright), ("1", deep), x1=0, y1=0, x2=1, y2=1),
        gradient("sun", ("0", "#fff"), ("1", "#fff"), kind="radial", cx=0.2, cy=0.12, r=0.9).replace('stop-color="#fff"></stop></radialGradient>', 'stop-color="#fff" stop-opacity="0"></stop></radialGradient>'),
        tag("filter", tag("feGaussianBlur", stdDeviation=14), id="blur", x="-40%", y="-40%", width="180%", height="180%"),
        tag("filter", tag("feGaussianBlur", stdDeviation=5), id="soft", x="-80%", y="-40%", width="260%", height="180%"),
    ])
    sun = tag("rect", width=800, height=800, fill="url(#sun)", opacity=0.2)
    inner = tag("defs", definitions) + behind + draw(chance) + sun
    return tag("svg", inner, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 800 800", width=800, height=800)


def main(folder, slugs):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for slug in slugs or PICTURES:
        with tempfile.TemporaryDirectory() as room:
            svg, png = pathlib.Path(room, "a.svg"), pathlib.Path(room, "a.png")
            svg.write_text(picture(slug))
            subprocess.run(["rsvg-convert", "-o", png, svg], check=True)
            target = folder / f"{slug}.webp"
            for quality in (82, 76, 70, 62, 54, 46, 38, 30):
                subprocess.run(["cwebp", "-quiet", "-m", "6", "-sharp_yuv", "-q", str(quality), png, "-o", target], check=True)
                if target.stat().st_size <= MOST_BYTES:
                    break
            print(slug, target.stat().st_size, quality)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
