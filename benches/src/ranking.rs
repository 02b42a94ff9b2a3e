//! [`Ranking`]: which optimizer comes first, problem by problem and over all.

use std::fmt;

use serde::Serialize;

/// One optimizer on one problem, run to the accuracy that the suite demands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Heat {
    /// The problem.
    pub problem: &'static str,
    /// The optimizer.
    pub optimizer: &'static str,
    /// Whether it got there.
    pub solved: bool,
    /// Evaluations until there, whatever their order; NaN if it did not.
    pub evaluations: f64,
    /// Median seconds until there, or until it gave up.
    pub seconds: f64,
}

/// An optimizer's standing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// 1 is first; equals share a rank.
    pub rank: usize,
    /// The optimizer.
    pub optimizer: &'static str,
    /// Problems solved.
    pub solved: usize,
    /// Evaluations as a multiple of the fewest on each problem that it solved, geometric mean; NaN if it solved none.
    pub evaluations: f64,
    /// The same of seconds.
    pub seconds: f64,
}

/// Heats by problem, and the standings: most problems solved first, then fewest evaluations.
///
/// Evaluations decide because they are the same on every machine. A value with its gradient and one with its Hessian both count as one: the
/// seconds beside them tell what they cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Ranking {
    /// Problem by problem, best first.
    pub heats: Vec<Heat>,
    /// Over all problems, best first.
    pub places: Vec<Place>,
}

impl Ranking {
    /// Of these heats; problems and optimizers that tie keep their order.
    #[must_use]
    pub fn of(heats: &[Heat]) -> Self {
        let problems = distinct(heats.iter().map(|heat| heat.problem));
        let mut sorted = Vec::new();
        for problem in &problems {
            let mut field: Vec<Heat> =
                heats.iter().filter(|heat| heat.problem == *problem).cloned().collect();
            // NaN, the evaluations of the unsolved, comes after every number.
            field.sort_by(|a, b| a.evaluations.total_cmp(&b.evaluations));
            sorted.extend(field);
        }
        let optimizers = distinct(heats.iter().map(|heat| heat.optimizer));
        let mut places: Vec<Place> = optimizers.iter().map(|optimizer| place(optimizer, heats)).collect();
        places.sort_by(|a, b| b.solved.cmp(&a.solved).then(a.evaluations.total_cmp(&b.evaluations)));
        for i in 0..places.len() {
            let tied = i > 0
                && (places[i].solved, places[i].evaluations.to_bits())
                    == (places[i - 1].solved, places[i - 1].evaluations.to_bits());
            places[i].rank = if tied { places[i - 1].rank } else { i + 1 };
        }
        Self { heats: sorted, places }
    }
}

fn distinct(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut kept = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn place(optimizer: &'static str, heats: &[Heat]) -> Place {
    let solved: Vec<&Heat> = heats.iter().filter(|heat| heat.optimizer == optimizer && heat.solved).collect();
    let multiple = |of: fn(&Heat) -> f64| {
        let one = |heat: &&Heat| {
            let rivals = heats.iter().filter(|rival| rival.problem == heat.problem && rival.solved);
            (of(heat) / rivals.map(of).fold(f64::INFINITY, f64::min)).ln()
        };
        (solved.iter().map(one).sum::<f64>() / solved.len() as f64).exp()
    };
    let (evaluations, seconds) = (multiple(|heat| heat.evaluations), multiple(|heat| heat.seconds));
    Place { rank: 0, optimizer, solved: solved.len(), evaluations, seconds }
}

impl fmt::Display for Ranking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.places.iter().map(|place| place.optimizer.len()).max().unwrap_or(0);
        let mut problem = "";
        for heat in &self.heats {
            if heat.problem != problem {
                problem = heat.problem;
                writeln!(f, "\n{problem}")?;
            }
            let evaluations = if heat.solved {
                format!("{:>9} evaluations", heat.evaluations)
            } else {
                format!("{:>21}", "unsolved")
            };
            writeln!(f, "  {:<width$}  {evaluations}  {:>12.1} µs", heat.optimizer, heat.seconds * 1e6)?;
        }
        let count = distinct(self.heats.iter().map(|heat| heat.problem)).len();
        writeln!(
            f,
            "\nRANKING over {count} problem(s); evaluations and time as multiples of the best, geometric mean"
        )?;
        for place in &self.places {
            let Place { rank, optimizer, solved, evaluations, seconds } = place;
            write!(f, "  {rank}. {optimizer:<width$}  solved {solved}/{count}")?;
            if *solved > 0 {
                write!(f, "  evaluations {evaluations:>8.2}  time {seconds:>8.2}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heat(problem: &'static str, optimizer: &'static str, evaluations: f64) -> Heat {
        let solved = !evaluations.is_nan();
        Heat { problem, optimizer, solved, evaluations, seconds: 1e-6 * evaluations.max(1.0) }
    }

    #[test]
    fn more_problems_come_before_fewer_evaluations() {
        let heats = [
            heat("a", "sure", 40.0),
            heat("a", "quick", 10.0),
            heat("b", "sure", 90.0),
            heat("b", "quick", f64::NAN),
            heat("a", "same", 40.0),
            heat("b", "same", 90.0),
        ];
        let ranking = Ranking::of(&heats);
        let order: Vec<_> = ranking.places.iter().map(|p| (p.rank, p.optimizer, p.solved)).collect();
        assert_eq!(order, [(1, "sure", 2), (1, "same", 2), (3, "quick", 1)]);
        // √(40/10 · 90/90)
        assert!((ranking.places[0].evaluations - 2.0).abs() < 1e-12 && ranking.places[2].evaluations == 1.0);
        let first: Vec<_> = ranking.heats.iter().map(|h| h.optimizer).collect();
        assert_eq!(first, ["quick", "sure", "same", "sure", "same", "quick"]);
        let text = ranking.to_string();
        assert!(
            text.contains("1. sure   solved 2/2")
                && text.lines().any(|l| l.contains("quick") && l.contains("unsolved")),
            "{text}"
        );
    }

    #[test]
    fn nothing_solved_is_said_so() {
        let ranking = Ranking::of(&[heat("a", "lost", f64::NAN)]);
        assert!(ranking.places[0].evaluations.is_nan() && ranking.to_string().contains("lost  solved 0/1\n"));
        assert_eq!(Ranking::of(&[]), Ranking::default());
    }
}
