//! Products, whose factors may stand before or after them.

use toml::Spanned;

use super::{Blamed, Checked, numbers};
use crate::{Feature, FeatureFault, Operation, Product, RawPrepared, Term, TermValues};

/// Takes the names of the factors.
pub(super) fn unresolved(raw: &RawPrepared) -> Checked<Operation> {
    let written = raw.product.as_ref();
    let names = written.map_or(&[][..], |names| names.get_ref());
    let [one, other] = names else {
        return Err(super::at_or_whole(written, FeatureFault::Factors));
    };
    Ok(Operation::Product(Product {
        factors: [one, other].map(|name| name.get_ref().clone()),
        places: [0, 0],
    }))
}

/// Finds the factors of all products; names the product that has none of that name.
pub(super) fn resolve(
    features: &mut [Feature],
    terms: &mut [Term],
) -> Result<(), (usize, FeatureFault)> {
    let is_product = |features: &[Feature], term: &Term| {
        matches!(features[term.feature].operation, Operation::Product(_))
    };
    for own in 0..terms.len() {
        let feature = terms[own].feature;
        let Operation::Product(product) = &features[feature].operation else {
            continue;
        };
        let mut places = [0, 0];
        for (place, factor) in places.iter_mut().zip(&product.factors) {
            let term = factor.clone();
            *place = match terms.iter().position(|term| term.name == *factor) {
                None => return Err((feature, FeatureFault::NoSuchTerm { term })),
                Some(found) if is_product(features, &terms[found]) => {
                    return Err((feature, FeatureFault::ProductOfProduct { term }));
                }
                Some(found) => found,
            };
        }
        let values = values(places.map(|place| terms[place].values));
        numbers::hold(values).map_err(|fault| (feature, fault))?;
        terms[own].values = values;
        if let Operation::Product(product) = &mut features[feature].operation {
            product.places = places;
        }
    }
    Ok(())
}

/// The values of a product: its range is that of the products of the ends.
fn values(factors: [TermValues; 2]) -> TermValues {
    if factors == [TermValues::Binary; 2] {
        return TermValues::Binary;
    }
    let [(a, b), (c, d)] = factors.map(TermValues::range);
    let ends = [a * c, a * d, b * c, b * d].map(|end| end + 0.0);
    if factors.iter().all(|factor| factor.both().is_some())
        && let Some(two) = TermValues::of_two(ends.to_vec())
    {
        return two;
    }
    let low = ends.into_iter().fold(f64::INFINITY, f64::min);
    let high = ends.into_iter().fold(f64::NEG_INFINITY, f64::max);
    if factors.into_iter().all(TermValues::is_whole) {
        TermValues::Whole { low, high }
    } else {
        TermValues::Number { low, high }
    }
}

/// Points at the factor that a fault names, or at the product.
pub(super) fn at(written: &Spanned<RawPrepared>, fault: FeatureFault) -> Blamed {
    let product = written.get_ref().product.as_ref();
    let named = match &fault {
        FeatureFault::NoSuchTerm { term } | FeatureFault::ProductOfProduct { term } => Some(term),
        _ => None,
    };
    let mut factors = product.iter().flat_map(|names| names.get_ref());
    let factor = factors.find(|name| Some(name.get_ref()) == named);
    let offset = factor.map(|name| name.span().start);
    Blamed {
        offset: offset.or(product.map(|names| names.span().start)),
        fault,
    }
}
