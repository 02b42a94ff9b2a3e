"""The pictures of the readme, out of the command line's own reports: python3 docs/pictures/make.py THALWEG

THALWEG is the built program. Pictures stand alone: each gets the style sheet that its page has once.
"""
import os, re, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
program = os.path.abspath(sys.argv[1])


def figures(*args):
    with tempfile.TemporaryDirectory() as folder:
        page = os.path.join(folder, "page.html")
        subprocess.run([program, *args, "--report", page, "-q"], check=True, stdout=subprocess.DEVNULL)
        with open(page, encoding="utf-8") as f:
            text = f.read()
    style = re.search(r"<style>\n(.*?)\n", text).group(1)
    pictures = re.findall(r"<svg .*?</svg>\n", text, re.S)
    return [p.replace("</desc>\n", f"</desc>\n<style>{style}</style>\n", 1) for p in pictures]


def after(pictures, *titles):
    """The first picture with the last title after pictures with the titles before."""
    at = 0
    for title in titles:
        at = next(k for k in range(at, len(pictures)) if f"<title>{title}</title>" in pictures[k])
    return pictures[at]


def write(name, picture):
    with open(os.path.join(here, name + ".svg"), "w", encoding="utf-8") as f:
        f.write(picture)


cv = figures("cv", "--data", "diabetes", "--standardize")
write("validation-curve", after(cv, "Cross-validation"))
write("coefficient-path", after(cv, "For one standard deviation of the column"))
penalties = figures("list", "penalties")
write("lasso", after(penalties, "L1, the lasso: a diamond"))
write("ridge", after(penalties, "L2, ridge: a disc"))
write("mcp", after(penalties, "mcp, λ = 1: one coefficient"))
