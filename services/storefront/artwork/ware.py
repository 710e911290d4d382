"""The things one makes tea with, seen from the side, standing on a table at y = 600."""

from shapes import (circle, dark, ellipse, gradient, heap, leaf, light, line, mix, moved, needle, path, shadow, tag, twisted)


def stands(x, width, depth=26):
    """The shadow under something."""
    return ellipse(x + 34, 604, width, depth, "#1c120a", filter="url(#blur)", opacity=0.4)


def round_light(name, colour, bright=0.25, deep=0.4):
    """How something round takes the light from the left."""
    return gradient(name, ("0", dark(colour, deep * 0.55)), ("0.28", light(colour, bright)), ("0.6", colour), ("1", dark(colour, deep)))


def iron_teapot(chance):
    iron = "#39424a"
    body = "M170 470 C170 350 290 318 400 318 S630 350 630 470 C630 560 560 602 400 602 S170 560 170 470z"
    parts = [stands(400, 250), round_light("iron", iron, 0.22, 0.5), round_light("spout", iron, 0.1, 0.6),
             line("M214 384 C214 150 586 150 586 384", dark(iron, 0.45), 26), line("M218 372 C222 158 570 158 580 376", light(iron, 0.12), 7, opacity=0.7),
             path("M612 470 C680 470 676 388 736 356 L700 330 C640 350 640 400 590 420z", "url(#spout)"),
             path(body, "url(#iron)"), tag("clipPath", path(body, "#000"), id="pot")]
    dots = "".join(
        circle(150 + column * 36 + (row % 2) * 18, 388 + row * 31, 9.5, dark(iron, 0.3)) + circle(147.5 + column * 36 + (row % 2) * 18, 385 + row * 31, 7, light(iron, 0.16))
        for row in range(6) for column in range(15))
    parts += [tag("g", dots, clip_path="url(#pot)", opacity=0.75), ellipse(400, 326, 132, 22, dark(iron, 0.45)),
              path("M272 324 C276 276 344 262 400 262 S524 276 528 324 C500 340 300 340 272 324z", "url(#iron)"),
              ellipse(400, 246, 28, 23, dark(iron, 0.1)), ellipse(392, 239, 12, 8, light(iron, 0.4), opacity=0.7),
              path("M184 430 C196 372 270 340 330 334 C262 356 214 396 206 452z", "#fff", opacity=0.12)]
    return "".join(parts)


def infuser_mug(chance):
    tea = "#c98a2c"
    parts = [stands(400, 200), ellipse(400, 600, 196, 24, "#fff", opacity=0.35),
             line("M572 330 h44 a74 84 0 0 1 0 168 h-48", "#ffffff", 34, opacity=0.5), line("M572 330 h44 a74 84 0 0 1 0 168 h-48", "#e9f2f2", 12, opacity=0.8),
             path("M222 236 L238 560 q2 42 44 42 h236 q42 0 44 -42 L578 236z", "#ffffff", opacity=0.42),
             gradient("tea", ("0", light(tea, 0.3)), ("0.5", tea), ("1", dark(tea, 0.3))),
             path("M258 330 L268 536 q2 32 34 32 h196 q32 0 34 -32 L542 330z", "url(#tea)", opacity=0.92),
             ellipse(400, 330, 142, 18, light(tea, 0.4)),
             path("M300 250 L312 486 q2 26 30 26 h116 q28 0 30 -26 L500 250z", "#dfe9e8", opacity=0.5)]
    holes = "".join(circle(326 + column * 21 + (row % 2) * 10, 372 + row * 19, 3.2, "#5a4a30", opacity=0.5) for row in range(7) for column in range(8))
    parts += [holes, heap(chance, 400, 486, 62, 40, twisted(["#5b5a2c", "#47502a", "#6d5a2e"], 34, 8)),
              line("M300 250 h200", "#f5fbfa", 12), ellipse(400, 238, 178, 20, "#ffffff", opacity=0.55),
              ellipse(400, 236, 150, 13, "#d7e5e3", opacity=0.8),
              line("M250 262 L262 520", "#fff", 13, opacity=0.75), line("M276 280 L284 400", "#fff", 6, opacity=0.6),
              ellipse(660, 596, 92, 13, "#fff", opacity=0.65), ellipse(660, 590, 92, 12, "#dfeceb", opacity=0.9), ellipse(660, 584, 26, 7, "#fff", opacity=0.9)]
    return "".join(parts)


def whisk(chance):
    bamboo, parts = "#dcb872", []
    parts += [stands(400, 120, 20)]
    for at in range(-22, 23):
        spread, top = at * 6.4, 330
        bow = at * 9.4
        tone = mix(bamboo, dark(bamboo, 0.35), abs(at % 4) / 5)
        parts.append(line(f"M{400 + at * 2.6:.0f} {top} C{400 + bow:.0f} 430 {400 + bow * 1.06:.0f} 530 {400 + spread * 0.86:.0f} 596", tone, 4.5))
    for at in range(-9, 10):
        parts.append(line(f"M{400 + at * 4:.0f} {340} C{400 + at * 8:.0f} 420 {400 + at * 8:.0f} 520 {400 + at * 5:.0f} 590", light(bamboo, 0.3), 4))
    parts += [round_light("handle", bamboo, 0.4, 0.35), path("M352 120 h96 v196 q0 28 -48 28 t-48 -28z", "url(#handle)"),
              ellipse(400, 120, 48, 13, light(bamboo, 0.3)), ellipse(400, 120, 34, 8, dark(bamboo, 0.25)),
              path("M348 222 q52 18 104 0 v12 q-52 18 -104 0z", dark(bamboo, 0.22)),
              line("M346 322 q54 20 108 0 M346 334 q54 20 108 0", "#4a3a2c", 7)]
    bowl = "M514 470 C516 560 548 606 600 606 h40 C692 606 724 560 726 470z"
    parts = [moved("".join(parts), -90, 0)]
    parts = [ellipse(650, 606, 120, 20, "#1c120a", filter="url(#blur)", opacity=0.4), round_light("bowl", "#5b4a3f", 0.25, 0.4), path(bowl, "url(#bowl)"),
             ellipse(620, 470, 106, 22, "#7a675a"), ellipse(620, 472, 96, 17, "#6f9430"), ellipse(612, 470, 76, 10, "#9cc050")] + parts
    return "".join(parts)


def stoneware_cup(chance):
    clay, glaze = "#b79b7c", "#aebbb0"
    body = "M238 300 C240 470 262 602 330 602 h140 C538 602 560 470 562 300z"
    parts = [stands(400, 160), round_light("clay", clay, 0.2, 0.45), path(body, "url(#clay)"), round_light("glaze", glaze, 0.4, 0.35),
             tag("clipPath", path(body, "#000"), id="body")]
    drip = "M220 290 H580 V470 C556 452 548 520 520 500 C500 486 496 452 470 470 C446 486 450 548 420 540 C392 532 402 476 372 478 C346 480 350 520 320 508 C298 500 300 462 272 474 C250 482 240 470 220 452z"
    parts.append(tag("g", path(drip, "url(#glaze)"), clip_path="url(#body)"))
    specks = "".join(circle(chance.uniform(240, 560), chance.uniform(330, 600), chance.uniform(1.5, 4.2), chance.choice(["#5d4a39", "#7c8a80", "#6b5b48"]), opacity=0.6) for _ in range(120))
    parts += [tag("g", specks, clip_path="url(#body)"), ellipse(400, 300, 162, 34, light(glaze, 0.35)), ellipse(400, 303, 146, 27, dark(glaze, 0.35)),
              ellipse(400, 312, 130, 18, "#8a6a34"), ellipse(370, 308, 60, 6, "#d6b36c", opacity=0.6),
              line("M276 340 C280 420 286 480 300 540", "#fff", 12, opacity=0.3)]
    for x, sway in ((350, 18), (410, -16), (462, 14)):
        parts.append(line(f"M{x} 268 c{sway} -34 {-sway} -58 0 -92 c{sway * .7:.0f} -26 {-sway * .7:.0f} -40 0 -60", "#fff", 9, opacity=0.35, filter="url(#soft)"))
    return "".join(parts)


def spoon(chance):
    beech = "#d9ab72"
    shape = "M-300 -13 C-180 -22 -60 -16 40 -30 C80 -96 250 -110 262 0 C250 110 80 96 40 30 C-60 16 -180 22 -300 13 C-316 8 -316 -8 -300 -13z"
    bowl = ellipse(150, 0, 96, 70, dark(beech, 0.28)) + tag("clipPath", ellipse(150, 0, 96, 70, "#000"), id="bowl")
    leaves = tag("g", heap(chance, 150, 0, 84, 110, twisted(["#3d2b20", "#54382a", "#2f2119", "#6d4a33"], 42, 9)), clip_path="url(#bowl)")
    grains = "".join(line(f"M-290 {y} C-160 {y * 1.6:.0f} -60 {y:.0f} 40 {y * 2.1:.0f}", dark(beech, 0.16), 3, opacity=0.6) for y in (-7, 0, 7))
    whole = shadow(path(shape, "#000"), 16, 26, 0.36) + path(shape, beech) + grains + bowl + leaves + line("M-290 -9 C-170 -17 -60 -11 40 -25", light(beech, 0.5), 4, opacity=0.8)
    scattered = heap(chance, 500, 560, 210, 26, twisted(["#3d2b20", "#54382a"], 42, 9))
    return scattered + moved(whole, 392, 400, -38, 1.18)


def filters(chance):
    linen, parts = "#eadfc8", []
    for x, y, turn, tone in ((250, 420, -14, 0.1), (560, 420, 12, 0.05), (405, 430, -1, 0)):
        cloth = mix(linen, "#b9a583", tone)
        bag = "M-118 -90 C-128 40 -150 150 -104 182 C-40 206 50 206 104 182 C150 150 128 40 118 -90 C60 -72 -60 -72 -118 -90z"
        ruffle = "M-118 -92 C-130 -140 -96 -168 -70 -152 C-50 -176 -24 -170 0 -154 C24 -174 52 -176 72 -152 C98 -168 130 -140 118 -92 C60 -70 -60 -70 -118 -92z"
        weave = "".join(line(f"M{-140 + 20 * at} -80 q-6 130 0 270", dark(cloth, 0.16), 2, opacity=0.5) for at in range(15))
        weave += "".join(line(f"M-150 {-70 + 20 * at} q150 22 300 0", dark(cloth, 0.16), 2, opacity=0.5) for at in range(13))
        clip = f"bag{x}"
        inner = [shadow(path(bag, "#000"), 14, 24, 0.34), path(ruffle, dark(cloth, 0.12)), path(bag, cloth), tag("clipPath", path(bag, "#000"), id=clip),
                 tag("g", weave + ellipse(0, 140, 100, 66, "#6d5b3c", opacity=0.32, filter="url(#soft)"), clip_path=f"url(#{clip})"),
                 line("M-116 -92 C-60 -72 60 -72 116 -92", "#a8793f", 9), line("M20 -78 c30 40 70 10 84 62 M20 -78 c10 46 -30 50 -12 96", "#a8793f", 7),
                 circle(104, -14, 10, "#8a5f2e"), circle(8, 20, 10, "#8a5f2e")]
        parts.append(moved("".join(inner), x, y, turn, 1.05))
    return "".join(parts) + heap(chance, 400, 690, 130, 22, needle(["#5b6a34", "#6f7f3e", "#4a5730"], 40, 8))


def travel_tin(chance):
    tin, band = "#4f7d83", "#f0e3c8"
    parts = [stands(350, 170), round_light("tin", tin, 0.32, 0.45), round_light("lid", light(tin, 0.12), 0.4, 0.4),
             path("M214 330 V576 q0 30 136 30 t136 -30 V330z", "url(#tin)"), round_light("band", band, 0.3, 0.25),
             path("M214 396 q136 34 272 0 V520 q-136 34 -272 0z", "url(#band)"),
             moved(leaf("#4f7d83", 76, 34, 4), 350, 506, 0), moved(leaf("#6d979b", 60, 26, 3), 350, 506, -46), moved(leaf("#6d979b", 60, 26, 3), 350, 506, 46),
             ellipse(350, 330, 136, 31, light(tin, 0.5)), ellipse(350, 332, 124, 25, dark(tin, 0.5)),
             tag("clipPath", ellipse(350, 332, 124, 25, "#000"), id="open"),
             tag("g", heap(chance, 350, 340, 120, 60, twisted(["#54382a", "#3d2b20", "#6d4a33"], 40, 9)), clip_path="url(#open)")]
    lid = path("M-136 0 V62 q0 30 136 30 t136 -30 V0z", "url(#lid)") + ellipse(0, 0, 136, 31, light(tin, 0.42)) + ellipse(0, 0, 112, 22, light(tin, 0.25)) + circle(0, 0, 9, light(tin, 0.7))
    parts += [ellipse(600, 606, 130, 20, "#1c120a", filter="url(#blur)", opacity=0.4), moved(lid, 584, 506, 14, 0.98)]
    parts.append(heap(chance, 470, 640, 60, 14, twisted(["#54382a", "#3d2b20"], 40, 9)))
    return "".join(parts)
