//! Everything a person sees: tables, progress, prompts, error reports. The only place that prints.
