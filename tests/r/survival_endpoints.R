# OS and PFS from ADSL and ADRS as the ADTTE template of admiralonco derives them, in base R.
#   Rscript tests/r/survival_endpoints.R FOLDER
# FOLDER holds adsl.csv and adrs.csv; writes adtte.csv (USUBJID, PARAMCD, STARTDT, ADT, CNSR, AVAL, EVNTDESC, CNSDTDSC).
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), colClasses = "character", na.strings = "")
adsl <- read("adsl.csv")
for (name in c("RANDDT", "DTHDT", "LSTALVDT")) adsl[[name]] <- as.Date(adsl[[name]])
adsl <- adsl[!is.na(adsl$RANDDT), ]
adrs <- merge(read("adrs.csv"), adsl[c("USUBJID", "RANDDT")])
adrs$ADT <- as.Date(adrs$ADT)
overall <- adrs[adrs$PARAMCD == "OVR" & !is.na(adrs$ADT) & adrs$ADT >= adrs$RANDDT, ]

day_of <- function(rows, pick) {
  if (nrow(rows) == 0) {
    return(as.Date(rep(NA, nrow(adsl))))
  }
  found <- tapply(as.integer(rows$ADT), rows$USUBJID, pick)
  as.Date(unname(found[adsl$USUBJID]), origin = "1970-01-01")
}
progression <- day_of(overall[overall$AVALC == "PD", ], min)
assessed <- day_of(overall[!overall$AVALC %in% c("NE", "MISSING", "NA"), ], max)

parameter <- function(code, progression, censored, censored_text) {
  event <- pmin(progression, adsl$DTHDT, na.rm = TRUE)
  is_event <- !is.na(event) & event >= adsl$RANDDT
  of_progression <- is_event & !is.na(progression) & progression == event
  last <- ifelse(is.na(censored) | censored < adsl$RANDDT, NA, censored)
  last <- as.Date(last, origin = "1970-01-01")
  at_start <- is.na(last)
  adt <- as.Date(ifelse(is_event, event, ifelse(at_start, adsl$RANDDT, last)), origin = "1970-01-01")
  data.frame(
    USUBJID = adsl$USUBJID, PARAMCD = code, STARTDT = adsl$RANDDT, ADT = adt,
    CNSR = as.integer(!is_event), AVAL = as.integer(adt - adsl$RANDDT) + 1L,
    EVNTDESC = ifelse(of_progression, "Disease Progression", ifelse(is_event, "Death", "")),
    CNSDTDSC = ifelse(is_event, "", ifelse(at_start, "Randomization", censored_text))
  )
}
none <- as.Date(rep(NA, nrow(adsl)))
made <- rbind(
  parameter("OS", none, adsl$LSTALVDT, "Alive During Study"),
  parameter("PFS", progression, assessed, "Last Tumor Assessment")
)
write.csv(made, file.path(folder, "adtte.csv"), row.names = FALSE, quote = FALSE)
