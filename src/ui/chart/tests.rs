use super::*;
use crate::progress::Point;

const PLAIN: Paint = Paint { on: false };

fn chart(kind: ChartKind, points: &[(&str, Option<f64>)]) -> Chart {
    let point = |(label, y): &(&str, Option<f64>)| Point {
        label: Some((*label).to_owned()),
        x: label.parse().ok(),
        y: *y,
    };
    Chart {
        title: "laws".to_owned(),
        kind,
        x: "code".to_owned(),
        y: "count".to_owned(),
        points: points.iter().map(point).collect(),
    }
}

#[test]
fn bars_are_as_long_as_their_numbers_and_fit_the_terminal() {
    let points = [
        ("uksi", Some(20.0)),
        ("漢字", Some(10.0)),
        ("a\u{1b}", None),
        ("none", Some(0.0)),
    ];
    let expected = "\
laws
uksi     ████████████      20
漢字     ██████            10
a\\u{1b}                <null>
none                        0
";
    assert_eq!(
        render(&chart(ChartKind::Bar, &points), Some(30), PLAIN),
        expected
    );
}

#[test]
fn a_bar_below_zero_goes_to_the_left() {
    let points = [("in", Some(10.0)), ("out", Some(-5.0))];
    let expected = "\
laws
in        █████████  10
out  █████           -5
";
    assert_eq!(
        render(&chart(ChartKind::Bar, &points), Some(24), PLAIN),
        expected
    );
}

#[test]
fn a_line_goes_through_its_points() {
    let points = [("1", Some(0.0)), ("2", Some(4.5)), ("9", Some(1.0))];
    let text = render(&chart(ChartKind::Line, &points), Some(40), PLAIN);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 15, "{text}");
    assert!(lines.iter().all(|line| line.width() < 40), "{text}");
    assert!(lines[1].starts_with("4.5 │"), "{text}");
    assert!(lines[12].starts_with("  0 │"), "{text}");
    assert_eq!(lines[14], format!("     1{}9", " ".repeat(32)));
    // The way up to the peak ends where 2 is between 1 and 9.
    let peak = lines[1]
        .chars()
        .position(|c| ('\u{2801}'..='\u{28ff}').contains(&c));
    assert_eq!(peak, Some(5 + 3), "{text}");
}

#[test]
fn what_cannot_be_scaled_is_drawn_all_the_same() {
    for points in [
        &[("1", Some(7.0))][..],
        &[("1", Some(f64::MAX)), ("2", Some(f64::MIN))],
        &[("a", Some(0.0)), ("b", Some(0.0))],
    ] {
        for kind in [ChartKind::Bar, ChartKind::Line] {
            for width in [None, Some(1), Some(20)] {
                assert!(!render(&chart(kind, points), width, PLAIN).is_empty());
            }
        }
    }
    let nothing = render(&chart(ChartKind::Line, &[("a", None)]), None, PLAIN);
    assert_eq!(nothing, "laws\n(nothing to draw)\n");
}

#[test]
fn numbers_have_the_digits_that_are_read() {
    assert_eq!(
        [20.0, -0.5, 1.23456, 12345.678, 1e20, 0.000_012].map(number),
        ["20", "-0.5", "1.235", "12345.7", "1.00e20", "1.20e-5"]
    );
}

mod anything {
    use proptest::prelude::*;

    use super::*;

    fn points() -> impl Strategy<Value = Vec<Point>> {
        let number = || {
            prop_oneof![
                any::<f64>(),
                Just(0.0),
                Just(-0.0),
                Just(f64::MAX),
                Just(f64::MIN)
            ]
        };
        let point = (
            prop::option::of(".{0,12}"),
            prop::option::of(number()),
            prop::option::of(number()),
        );
        prop::collection::vec(point.prop_map(|(label, x, y)| Point { label, x, y }), 0..20)
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_are_a_chart_fits_its_terminal(points in points(), width in 0..200_usize, title in ".{0,9}") {
            for kind in [ChartKind::Bar, ChartKind::Line] {
                let chart = Chart {
                    title: title.clone(),
                    kind,
                    x: "x".to_owned(),
                    y: "y".to_owned(),
                    points: points.clone(),
                };
                let text = render(&chart, Some(width), PLAIN);
                for line in text.lines().filter(|_| width >= 80) {
                    prop_assert!(line.width() <= width, "{width}: {line}");
                }
                render(&chart, None, PLAIN);
            }
        }
    }
}
