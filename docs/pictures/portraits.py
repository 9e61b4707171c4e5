"""Two drawn people for the pictures, as SVG of 1280x720: warm light, a room that is out of focus, no real face."""

from typing import NamedTuple


class Looks(NamedTuple):
    """Colours, and what is drawn behind the person and of their hair."""

    skin: str
    shade: str
    cheek: str
    lips: str
    eyes: str
    brows: str
    top: tuple[str, str]
    collar: str
    wall: tuple[str, str]
    room: str
    hair_behind: str
    hair_before: str


def portrait(looks: Looks) -> str:
    """The head stands a little above the middle, as in a well framed call."""
    eyes = "".join(_eye(x, looks) for x in (590, 690))
    brows = "".join(
        f'<path d="M{x - 27} 246 q27 {-15} 54 0" fill="none" stroke="{looks.brows}" stroke-width="8"'
        ' stroke-linecap="round"/>'
        for x in (590, 690)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720" viewBox="0 0 1280 720">
  <defs>
    <linearGradient id="wall" x1="0" x2="1" y1="0" y2="1">
      <stop stop-color="{looks.wall[0]}"/><stop offset="1" stop-color="{looks.wall[1]}"/>
    </linearGradient>
    <linearGradient id="skin" x1="0" x2="1">
      <stop stop-color="{looks.shade}"/><stop offset=".45" stop-color="{looks.skin}"/>
      <stop offset="1" stop-color="{looks.skin}"/>
    </linearGradient>
    <linearGradient id="top" x1="0" x2="1">
      <stop stop-color="{looks.top[0]}"/><stop offset="1" stop-color="{looks.top[1]}"/>
    </linearGradient>
    <radialGradient id="sun" cx=".86" cy=".16" r=".75">
      <stop stop-color="#FFE9B8" stop-opacity=".75"/><stop offset="1" stop-color="#FFE9B8" stop-opacity="0"/>
    </radialGradient>
    <filter id="far" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="11"/></filter>
    <filter id="soft" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="13"/></filter>
  </defs>
  <rect width="1280" height="720" fill="url(#wall)"/>
  <g filter="url(#far)">{looks.room}</g>
  <rect width="1280" height="720" fill="url(#sun)"/>
  {looks.hair_behind}
  <path d="M250 740 C268 596 402 552 560 528 L720 528 C878 552 1012 596 1030 740 Z" fill="url(#top)"/>
  <path d="M574 430 L574 520 C574 574 706 574 706 520 L706 430 Z" fill="{looks.shade}"/>
  {looks.collar}
  <path d="M517 262 C517 150 763 150 763 262 C763 372 712 468 640 468 C568 468 517 372 517 262 Z" fill="url(#skin)"/>
  <circle cx="556" cy="348" r="30" fill="{looks.cheek}" opacity=".5" filter="url(#soft)"/>
  <circle cx="724" cy="348" r="30" fill="{looks.cheek}" opacity=".5" filter="url(#soft)"/>
  {brows}{eyes}
  <path d="M640 296 C636 322 626 340 632 347 C637 352 645 352 650 348" fill="none" stroke="{looks.shade}"
    stroke-width="7" stroke-linecap="round"/>
  <path d="M592 394 C618 408 662 408 688 394 C672 432 608 432 592 394 Z" fill="{looks.lips}"/>
  <path d="M602 399 C624 407 656 407 678 399 C668 414 612 414 602 399 Z" fill="#FFFDF8"/>
  {looks.hair_before}
</svg>"""


def _eye(x: int, looks: Looks) -> str:
    return (
        f'<ellipse cx="{x}" cy="282" rx="17" ry="12" fill="#FFFDF8"/><circle cx="{x}" cy="282" r="10.5" '
        f'fill="{looks.eyes}"/><circle cx="{x + 4}" cy="278" r="3.4" fill="#FFFDF8"/>'
        f'<path d="M{x - 20} 279 q20 -19 40 0" fill="none" stroke="{looks.brows}" stroke-width="5"'
        ' stroke-linecap="round"/>'
    )


INGRID = Looks(
    skin="#F0C8A6",
    shade="#D9A27D",
    cheek="#E5836B",
    lips="#B4534A",
    eyes="#2C5566",
    brows="#8B7A69",
    top=("#1B5E7B", "#3A7F97"),
    collar='<path d="M560 526 C580 604 700 604 720 526 L744 532 C722 648 558 648 536 532 Z" fill="#F7F2E9"/>',
    wall=("#CDB58F", "#B79870"),
    room=(
        '<rect x="40" y="70" width="300" height="420" rx="10" fill="#7A5A3D"/>'
        '<rect x="64" y="96" width="252" height="112" fill="#54402F"/>'
        '<rect x="64" y="232" width="252" height="112" fill="#54402F"/>'
        '<rect x="64" y="368" width="252" height="112" fill="#54402F"/>'
        '<g><rect x="78" y="112" width="30" height="96" fill="#A5503D"/><rect x="112" y="104" width="36" '
        'height="104" '
        'fill="#D8B15D"/><rect x="152" y="120" width="28" height="88" fill="#3D7464"/><rect x="184" y="108" '
        'width="40" '
        'height="100" fill="#E9DFCC"/><rect x="240" y="128" width="60" height="80" rx="16" fill="#C98847"/>'
        '<rect x="78" y="246" width="40" height="98" fill="#74438B"/><rect x="122" y="254" width="30" height="90" '
        'fill="#E9DFCC"/><rect x="156" y="242" width="34" height="102" fill="#1B5E7B"/><rect x="216" y="270" '
        'width="84" '
        'height="74" rx="20" fill="#B9C2BA"/><rect x="78" y="384" width="34" height="96" fill="#D8B15D"/><rect '
        'x="116" '
        'y="376" width="40" height="104" fill="#A5503D"/><rect x="160" y="390" width="30" height="90" '
        'fill="#F7F2E9"/></g>'
        '<rect x="930" y="40" width="290" height="360" rx="8" fill="#FFF6DE"/>'
        '<rect x="952" y="62" width="246" height="316" fill="#DCE8D6"/>'
        '<rect x="1066" y="62" width="16" height="316" fill="#FFF6DE"/>'
        '<path d="M1130 560 q-70 -150 -110 -170 q90 10 116 110 q6 -120 90 -150 q-40 70 -62 210 Z" fill="#4F7D63"/>'
        '<rect x="1082" y="548" width="110" height="120" rx="14" fill="#C0714A"/>'
    ),
    hair_behind=(
        '<circle cx="640" cy="112" r="62" fill="#A79B8C"/>'
        '<path d="M486 300 C470 120 560 84 640 84 C720 84 810 120 794 300 C792 352 776 384 752 392 L528 392 '
        'C504 384 488 352 486 300 Z" fill="#A79B8C"/>'
    ),
    hair_before=(
        '<path d="M504 300 C490 150 570 104 640 104 C710 104 790 150 776 300 C764 262 752 226 734 204 '
        'C690 214 628 206 592 178 C566 196 528 240 504 300 Z" fill="#C9BFB1"/>'
        '<path d="M592 178 C576 190 552 214 534 244" fill="none" stroke="#A79B8C" stroke-width="4" opacity=".6"/>'
        '<circle cx="512" cy="352" r="8" fill="#EFBB63"/><circle cx="768" cy="352" r="8" fill="#EFBB63"/>'
    ),
)

SAMIR = Looks(
    skin="#C48A5F",
    shade="#9C6742",
    cheek="#B4593F",
    lips="#8F4038",
    eyes="#2A1C14",
    brows="#2B2019",
    top=("#74438B", "#93609F"),
    collar=('<path d="M566 516 L640 612 L714 516 L748 534 L664 668 L640 632 L616 668 L532 534 Z" fill="#E9DFCC"/>'),
    wall=("#B9C7C0", "#8FA49B"),
    room=(
        '<rect x="60" y="60" width="310" height="230" rx="8" fill="#FFFDF8"/>'
        '<rect x="84" y="84" width="262" height="182" fill="#D8B15D"/><circle cx="160" cy="150" r="34" '
        'fill="#C0714A"/>'
        '<path d="M84 266 q90 -120 170 -40 q50 -40 92 -10 l0 50 Z" fill="#3D7464"/>'
        '<rect x="960" y="0" width="320" height="430" fill="#F4EFE5"/><rect x="990" y="0" width="260" height="400" '
        'fill="#CFE0E6"/><rect x="1112" y="0" width="14" height="400" fill="#F4EFE5"/>'
        '<rect x="0" y="520" width="1280" height="200" fill="#6E5A48"/>'
        '<path d="M1020 520 l36 -160 l96 0 l36 160 Z" fill="#EFBB63"/><rect x="1094" y="500" width="20" height="90" '
        'fill="#54402F"/><rect x="120" y="430" width="150" height="100" rx="24" fill="#1D5B49"/>'
    ),
    hair_behind=(
        '<ellipse cx="514" cy="304" rx="20" ry="34" fill="#9C6742"/><ellipse cx="766" cy="304" rx="20" ry="34" '
        'fill="#C48A5F"/>'
        '<path d="M508 282 C484 130 574 90 640 90 C706 90 796 130 772 282 Z" fill="#1F1712"/>'
    ),
    hair_before=(
        '<path d="M517 268 C508 232 500 150 560 122 C586 92 700 88 724 124 C780 152 772 232 763 268 C756 232 '
        "744 204 724 196 "
        'C704 214 676 190 652 204 C628 190 600 212 566 194 C540 206 524 232 517 268 Z" fill="#2B2019"/>'
        '<path d="M517 300 C520 352 540 376 566 372 C588 366 612 380 640 378 C668 380 692 366 714 372 C740 376 '
        "760 352 763 300 "
        "C772 400 716 486 640 486 C564 486 508 400 517 300 Z M588 392 C604 440 676 440 692 392 C668 384 612 384 "
        '588 392 Z" '
        'fill="#2B2019" fill-rule="evenodd" opacity=".93"/>'
    ),
)
