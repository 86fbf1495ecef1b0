"""Names of countries, as shops' files have them, to ISO 3166-1 codes."""

import re
from functools import cache

# English names and usual abbreviations; what a code table alone does not give.
_NAMES = (
    "Afghanistan=AF Albania=AL Algeria=DZ Andorra=AD Angola=AO Argentina=AR Armenia=AM Australia=AU Austria=AT"
    " Azerbaijan=AZ Bahamas=BS Bahrain=BH Bangladesh=BD Barbados=BB Belarus=BY Belgium=BE Belize=BZ Bermuda=BM Bolivia=BO"
    " Bosnia_and_Herzegovina=BA Botswana=BW Brazil=BR Bulgaria=BG Cambodia=KH Cameroon=CM Canada=CA Chile=CL China=CN"
    " Colombia=CO Costa_Rica=CR Croatia=HR Cuba=CU Cyprus=CY Czech_Republic=CZ Czechia=CZ Denmark=DK"
    " Dominican_Republic=DO Ecuador=EC Egypt=EG EIRE=IE El_Salvador=SV England=GB Estonia=EE Ethiopia=ET Faroe_Islands=FO"
    " Finland=FI France=FR Georgia=GE Germany=DE Ghana=GH Gibraltar=GI Great_Britain=GB Greece=GR Guatemala=GT"
    " Guernsey=GG Honduras=HN Hong_Kong=HK Hungary=HU Iceland=IS India=IN Indonesia=ID Iran=IR Iraq=IQ Ireland=IE"
    " Isle_of_Man=IM Israel=IL Italy=IT Ivory_Coast=CI Jamaica=JM Japan=JP Jersey=JE Jordan=JO Kazakhstan=KZ Kenya=KE"
    " Kosovo=XK Kuwait=KW Latvia=LV Lebanon=LB Liechtenstein=LI Lithuania=LT Luxembourg=LU Macau=MO Madagascar=MG"
    " Malaysia=MY Malta=MT Mauritius=MU Mexico=MX Moldova=MD Monaco=MC Mongolia=MN Montenegro=ME Morocco=MA Mozambique=MZ"
    " Namibia=NA Nepal=NP Netherlands=NL The_Netherlands=NL Holland=NL New_Zealand=NZ Nicaragua=NI Nigeria=NG"
    " North_Macedonia=MK Northern_Ireland=GB Norway=NO Oman=OM Pakistan=PK Panama=PA Paraguay=PY Peru=PE Philippines=PH"
    " Poland=PL Portugal=PT Puerto_Rico=PR Qatar=QA Republic_of_Ireland=IE Romania=RO Russia=RU RSA=ZA San_Marino=SM"
    " Saudi_Arabia=SA Scotland=GB Senegal=SN Serbia=RS Singapore=SG Slovakia=SK Slovenia=SI South_Africa=ZA"
    " South_Korea=KR Korea=KR Spain=ES Sri_Lanka=LK Sweden=SE Switzerland=CH Syria=SY Taiwan=TW Tanzania=TZ Thailand=TH"
    " Trinidad_and_Tobago=TT Tunisia=TN Turkey=TR Türkiye=TR UAE=AE Uganda=UG UK=GB Ukraine=UA"
    " United_Arab_Emirates=AE United_Kingdom=GB United_States=US United_States_of_America=US USA=US Uruguay=UY"
    " Uzbekistan=UZ Vatican_City=VA Venezuela=VE Vietnam=VN Wales=GB Zambia=ZM Zimbabwe=ZW"
)


@cache
def _codes() -> dict[str, str]:
    pairs = (entry.split("=") for entry in _NAMES.split())
    return {name.replace("_", " ").casefold(): code for name, code in pairs}


def country_code(text: str) -> str | None:
    """The two-letter code of a name or code; None for what is neither (`Unspecified`)."""
    cleaned = " ".join(text.replace(".", "").split())
    if found := _codes().get(cleaned.casefold()):
        return found
    return cleaned.upper() if re.fullmatch(r"[A-Za-z]{2}", cleaned) else None
