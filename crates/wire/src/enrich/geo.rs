use maxminddb::{MaxMindDbError, Reader, geoip2::City};
use std::{collections::BTreeMap, net::IpAddr};

/// Where an address is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub city: Option<String>,
    pub region: Option<String>,
    /// ISO 3166-1, two letters.
    pub country_code: Option<String>,
    pub country: Option<String>,
    /// An IANA name, such as `Europe/Paris`.
    pub timezone: Option<String>,
}

/// Tells where an address is. Must not block: it is asked on the path of every event.
pub trait Geo: Send + Sync {
    fn locate(&self, ip: IpAddr) -> Option<Place>;
}

/// A city or country database in MaxMind's format. The caller loads it, into memory or mapped.
#[derive(Debug)]
pub struct MaxMind<S: AsRef<[u8]>> {
    reader: Reader<S>,
}

impl<S: AsRef<[u8]>> MaxMind<S> {
    /// # Errors
    /// When the bytes are not such a database.
    pub fn new(database: S) -> Result<Self, MaxMindDbError> {
        Ok(Self { reader: Reader::from_source(database)? })
    }
}

impl<S: AsRef<[u8]> + Send + Sync> Geo for MaxMind<S> {
    fn locate(&self, ip: IpAddr) -> Option<Place> {
        let found: City<'_> = self.reader.lookup(ip).ok()??;
        let english = |names: Option<BTreeMap<&str, &str>>| names.and_then(|names| names.get("en").map(|name| (*name).to_owned()));
        let region = found.subdivisions.and_then(|all| all.into_iter().next()).and_then(|first| english(first.names));
        let (country_code, country) = match found.country {
            Some(country) => (country.iso_code.map(str::to_owned), english(country.names)),
            None => (None, None),
        };
        let timezone = found.location.and_then(|location| location.time_zone).map(str::to_owned);
        let place = Place { city: found.city.and_then(|city| english(city.names)), region, country_code, country, timezone };
        (place != Place::default()).then_some(place)
    }
}
