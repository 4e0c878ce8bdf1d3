/** A share of a whole, kept exact: `of` 3, `part` 2 is two thirds. */
export type Share = { readonly part: number; readonly of: number };

/** Periods in working days (行政许可法 art. 82), except where the name says otherwise. */
type Deadlines = {
  readonly organisationVerification: number;
  readonly catalogueCheck: number;
  readonly sharingReply: number;
  readonly demandReply: number;
  readonly qualityTicket: number;
  readonly scenarioAssessment: number;
  readonly expertScoring: number;
  readonly departmentOpinion: number;
  readonly rectification: number;
  readonly conditionClosure: number;
  readonly listingReview: number;
  readonly inspection: number;
  readonly payment: number;
  readonly exportReview: number;
};

type Assessment = {
  /** Scores out of 100 that each of compliance and security must reach. */
  readonly approveScore: number;
  readonly conditionalScore: number;
  /** The median below which an item is weak, and below which no condition can mend it. */
  readonly itemFloor: number;
  readonly conditionFloor: number;
  /** The share of the sheets that must recommend an approval, and that confirms a veto. */
  readonly votes: Share;
  readonly vetoConfirmation: Share;
  /** A second round is called when AC2 is below its floor, when alpha is and an item's IQR exceeds its cap, or when an item's range reaches its cap. */
  readonly secondRound: { readonly ac2Permille: number; readonly alphaPermille: number; readonly iqr: number; readonly range: number };
  readonly rounds: number;
  /** The failure on which a scenario is rejected instead of sent back. */
  readonly failures: number;
  readonly approvalMonths: number;
};

/** Periods in working days, except where the name says otherwise; `annual` is a day of the year after, as MM-DD. */
type Disclosure = {
  readonly annual: string;
  readonly quarterly: number;
  readonly beforeTrade: number;
  readonly adHoc: number;
  readonly correction: number;
  /** How long before the end of a period someone is reminded: working days before one counted in them, calendar days before a date. */
  readonly reminder: number;
  readonly reminderCalendarDays: number;
};

/** What the rules leave open, as one version of the rule base fixes it. A record pins the version at receipt. */
export type Parameters = {
  readonly deadlines: Deadlines;
  readonly disclosure: Disclosure;
  readonly price: { readonly venueBasisPoints: number; readonly publicFinanceBasisPoints: number };
  readonly agreement: { readonly maxYears: number; readonly maxResources: number };
  readonly panel: { readonly min: number; readonly max: number; readonly size: number };
  readonly assessment: Assessment;
  readonly sandbox: {
    readonly minEntities: number;
    readonly dominancePercent: number;
    readonly maxRows: number;
    readonly queriesPerContract: number;
    /** How much may be told of the persons in one resource by all products, for ever, in millionths of ε. */
    readonly resourceEpsilonMicro: number;
  };
  /** A key of the data service: how often it may be called in a minute, and how much of a contract's quota it holds at most at a time. */
  readonly service: { readonly callsPerMinute: number; readonly block: number };
  /** The open usage log: how long after an hour it is shown, and the count below which the types of organisations are not told apart. */
  readonly usage: { readonly delayHours: number; readonly floor: number };
};

/**
 * The versions of the rule base. "Measures" is 泰州市公共数据管理办法; P is a policy of this platform, which the data authority and the
 * cyberspace office adopt as a written rule before its first use. A version in force is never edited: a change is a new version.
 */
export const ruleBases = {
  '2026-1': {
    deadlines: {
      organisationVerification: 5, // P
      catalogueCheck: 5, // P, for the check of Measures art. 8
      sharingReply: 3, // Measures art. 15
      demandReply: 5, // Measures art. 11
      qualityTicket: 7, // Measures art. 12
      scenarioAssessment: 20, // P: Measures art. 19 sets no period
      expertScoring: 10, // P, Measures art. 19
      departmentOpinion: 5, // P, Measures art. 19
      rectification: 20, // P
      conditionClosure: 20, // P
      listingReview: 5, // P, for the rules of Measures art. 21
      inspection: 10, // P, where the contract names no period (民法典 art. 621)
      payment: 10, // P
      exportReview: 5, // P, for the review of requirements §5
    },
    disclosure: {
      annual: '03-31', // 国家数据局 notice of 2026-02-10: by 31 March for the year before
      quarterly: 20, // P, for the rules of Measures art. 21
      beforeTrade: 5, // P, as long as the venue's review takes
      adHoc: 2, // P, exchange practice
      correction: 2, // P: an error that is known is told as fast as what has just happened
      reminder: 10, // P
      reminderCalendarDays: 14, // P
    },
    price: {
      venueBasisPoints: 300, // P: the venue's fee, of the price
      publicFinanceBasisPoints: 2000, // P: the benefit share that the agreement fixes (发改数据规〔2025〕27号 art. 14), of the price
    },
    agreement: {
      maxYears: 5, // 发改数据规〔2025〕27号 art. 14: in principle at most 5 years
      maxResources: 20, // P
    },
    panel: { min: 5, max: 7, size: 7 }, // P, an odd number
    assessment: {
      approveScore: 80, // P
      conditionalScore: 65, // P
      itemFloor: 2, // P
      conditionFloor: 1, // P: at 0 an item is unlawful or absent
      votes: { part: 2, of: 3 }, // P
      vetoConfirmation: { part: 1, of: 3 }, // P
      secondRound: { ac2Permille: 700, alphaPermille: 667, iqr: 1, range: 3 }, // P, after Gwet 2014 and Krippendorff 2004
      rounds: 2, // P
      failures: 3, // P
      approvalMonths: 12, // P, or until the agreement ends
    },
    sandbox: {
      minEntities: 10, // P, after GB/T 42460-2023: cells of at least 10
      dominancePercent: 50, // P
      maxRows: 1000, // P
      queriesPerContract: 100, // P
      resourceEpsilonMicro: 20_000_000, // P: ε 20
    },
    service: {
      callsPerMinute: 300, // P
      block: 50, // P
    },
    usage: {
      delayHours: 24, // P
      floor: 5, // P
    },
  },
} as const satisfies Record<string, Parameters>;

/** The parameters of the version of the rule base that a record pinned. @throws RangeError where there is no such version */
export const rulesOf = (version: string): Parameters => {
  const rules = (ruleBases as Record<string, Parameters>)[version];
  if (!rules) throw new RangeError(`no rule base ${version}`);
  return rules;
};
