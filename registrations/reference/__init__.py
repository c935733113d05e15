"""Facts that are code: countries and their regions, languages, zones; and the seed of skills, groups and roles."""
