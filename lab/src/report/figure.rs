//! Pictures, as SVG that stands within a page: texts take the page's fonts, colours its classes.

mod axis;
mod dots;
mod labels;
mod lines;
mod scatter;

use std::fmt::Write as _;

use consilium_schema::is_shown;

pub use dots::{Dot, Dots, Row};
pub(super) use lines::{Curve, Lines};
pub(super) use scatter::{Level, Point, Scatter};

/// The style of a page with such pictures, light and dark, for screens and paper.
pub const STYLE: &str = include_str!("html/style.css");

/// The size of texts in a picture, in its units.
const TEXT: f64 = 12.0;

/// The most lines of a label.
const MOST_LINES: usize = 3;

/// A picture that is being drawn; lengths are in its units, from the upper left corner.
///
/// Texts are text and never markup, whatever stands in them.
#[derive(Debug, Clone)]
pub struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// A place in a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At(pub f64, pub f64);

/// On which side of its place a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Start,
    /// It is centred there.
    Middle,
    /// It ends there.
    End,
}

/// What a picture is called, and what it shows in words, for who can't see it.
#[derive(Debug, Clone)]
pub struct Caption {
    /// Its name within the page, such as `fig-cpu`.
    pub id: &'static str,
    /// What it is called.
    pub title: String,
    /// What it shows, in words.
    pub alt: String,
}

impl Svg {
    /// Begins a picture.
    pub fn new(width: f64, height: f64) -> Svg {
        Svg {
            width,
            height,
            body: String::new(),
        }
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        self.body.write_fmt(text).expect("a string takes any text");
    }

    /// Draws a line; its class says how.
    pub fn line(&mut self, from: At, to: At, class: &str) {
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    /// Draws a line through several places.
    pub fn polyline(&mut self, places: impl IntoIterator<Item = At>, class: &str) {
        self.add(format_args!("<polyline class=\"{class}\" points=\""));
        for At(x, y) in places {
            self.add(format_args!("{x:.1},{y:.1} "));
        }
        self.body.truncate(self.body.trim_end().len());
        self.add(format_args!("\"/>"));
    }

    /// Draws a rectangle between two corners.
    pub fn rectangle(&mut self, from: At, to: At, class: &str) {
        let (width, height) = ((to.0 - from.0).max(0.0), (to.1 - from.1).max(0.0));
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>",
            from.0, from.1
        ));
    }

    /// Draws a mark; its shape goes with its class, so that it is told apart without colours.
    pub fn mark(&mut self, At(x, y): At, class: &str) {
        match class {
            "exact" => {
                let (left, top) = (x - 4.5, y - 4.5);
                self.add(format_args!(
                    "<rect class=\"mark {class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"9\" height=\"9\"/>"
                ));
            }
            "alone" => self.add(format_args!(
                "<path class=\"mark {class}\" d=\"M{x:.1} {:.1}l5 8.5h-10z\"/>",
                y - 5.5
            )),
            "pooled" => self.add(format_args!(
                "<path class=\"mark {class}\" d=\"M{x:.1} {:.1}l5.5 5.5l-5.5 5.5l-5.5 -5.5z\"/>",
                y - 5.5
            )),
            _ => self.add(format_args!(
                "<circle class=\"mark {class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"
            )),
        }
    }

    /// Writes a text.
    pub fn text(&mut self, At(x, y): At, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>",
            escaped(text)
        ));
    }

    /// Writes a text that is read from below.
    fn upright(&mut self, At(x, y): At, class: &str, text: &str) {
        self.add(format_args!(
            "<text class=\"{class}\" transform=\"translate({x:.1} {y:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            escaped(text)
        ));
    }

    /// Begins a group that says something when it is pointed at.
    pub fn begin(&mut self, hint: &str) {
        self.add(format_args!("<g><title>{}</title>", escaped(hint)));
    }

    /// Ends a group.
    pub fn end(&mut self) {
        self.body.push_str("</g>");
    }

    /// Gives the picture as an element of a page.
    pub fn finish(self, caption: &Caption) -> String {
        let Svg {
            width,
            height,
            body,
        } = self;
        let (id, title, alt) = (caption.id, escaped(&caption.title), escaped(&caption.alt));
        format!(
            "<svg role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\" style=\"max-width:{width:.0}px\" \
             aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{title}</title>\
             <desc id=\"{id}-desc\">{alt}</desc>{body}</svg>"
        )
    }
}

/// Writes a text so that it is text in HTML and in XML, between quotes too. Left out are control
/// characters, which neither has, and those that hide or turn around what stands beside them.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            unseen if !is_shown(unseen) && unseen != '\n' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Estimates how wide a text is: the fonts are the reader's.
fn width(text: &str) -> f64 {
    let letter = |letter: char| match letter {
        'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | ' ' | '|' | '\u{a0}' => 0.3,
        'm' | 'w' | 'M' | 'W' | '%' => 0.88,
        'A'..='Z' => 0.7,
        narrow if narrow < '\u{2e80}' => 0.62,
        _ => 1.0,
    };
    text.chars().map(letter).sum::<f64>() * TEXT
}

/// Breaks a text that is wider than a length into lines, between its words; what is left after
/// [`MOST_LINES`] is cut.
fn wrapped(text: &str, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let is_last = lines.len() >= MOST_LINES;
        match lines.last_mut() {
            Some(line) if is_last || width(&format!("{line} {word}")) <= most => {
                *line += " ";
                *line += word;
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, most)).collect()
}

/// Cuts a text that is wider than a length.
fn cut(text: &str, most: f64) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut cut = String::new();
    for letter in text.chars() {
        if width(&cut) + 2.0 * TEXT > most {
            break;
        }
        cut.push(letter);
    }
    cut.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_can_hold_no_markup() {
        assert_eq!(
            escaped("<b a='\"'>&\u{8}\u{202e}\u{200b}"),
            "&lt;b a=&#39;&quot;&#39;&gt;&amp;"
        );
    }

    #[test]
    fn labels_are_broken_between_words_and_cut_only_at_their_end() {
        assert_eq!(wrapped("alone", 60.0), ["alone"]);
        let text = "11 · noise clip 2.0 delta 1e-5 epsilon 4.0, steps 3";
        let lines = wrapped(text, 140.0);
        assert!((2..=3).contains(&lines.len()), "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| width(line) <= 140.0), "{lines:?}");
        let lines = wrapped(&text.repeat(4), 140.0);
        assert!(lines.len() == 3 && lines[2].ends_with('…'), "{lines:?}");
    }

    #[test]
    fn long_texts_are_cut_where_they_say_so() {
        assert_eq!(cut("short", 100.0), "short");
        let long = cut("trees.bins = 16, trees.trees = 50", 100.0);
        assert!(long.ends_with('…') && width(&long) <= 100.0, "{long}");
    }
}
