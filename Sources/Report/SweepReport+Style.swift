extension SweepReport {
  /// The page's style sheet. Plots take their colours from its variables.
  ///
  /// The series' colours are those of Okabe & Ito (2008), which people with colour-blindness tell
  /// apart, darkened or lightened for contrast with the page.
  static let style = """

    :root {
      --paper: #fbfaf7; --card: #ffffff; --ink: #1d2327; --muted: #5c666d; --grid: #e4e2dc; --edge: #1d232733;
      --accent: #0b6e75; --shade: #eef5f4; --margin: #f1ecdd;
      --good: #00735c; --bad: #b8450a; --neutral: #7b858c;
      --series1: #0067a5; --series2: #c65a00; --series3: #00785d; --series4: #a6458a;
      --series5: #8a7000; --series6: #4b565d;
      --heatN3: #e8a27c; --heatN2: #f0c1a8; --heatN1: #f6dfd3; --heat0: #f1f0ec;
      --heatP1: #d5e9e4; --heatP2: #abd3ca; --heatP3: #7fbcb0;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #14181b; --card: #1b2125; --ink: #e8eaea; --muted: #a1abb0; --grid: #30383d; --edge: #00000099;
        --accent: #58c0c0; --shade: #1b2b2d; --margin: #2f2b1e;
        --good: #3cc3a1; --bad: #f08a4b; --neutral: #97a1a7;
        --series1: #5ab4ec; --series2: #f0923f; --series3: #35c19a; --series4: #d98cc2;
        --series5: #dcc64a; --series6: #b4bdc2;
        --heatN3: #8a4a28; --heatN2: #653a24; --heatN1: #42302a; --heat0: #262c30;
        --heatP1: #213c3a; --heatP2: #235450; --heatP3: #266f68;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 3rem; }
    h1 { font-size: clamp(1.7rem, 5vw, 2.5rem); line-height: 1.15; margin: 0 0 .5rem;
      letter-spacing: -.02em; text-wrap: balance; }
    h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .6rem; letter-spacing: -.01em; }
    h3 { font-size: .95rem; margin: 1.4rem 0 .5rem; color: var(--muted); }
    p { margin: .4rem 0; max-width: 46rem; overflow-wrap: anywhere; }
    .question { font-size: 1.15rem; color: var(--muted); text-wrap: pretty; }
    section { margin-top: 3rem; }
    section.answer { margin-top: 1.5rem; padding: 1.25rem 1.5rem; background: var(--shade);
      border-left: 4px solid var(--accent); border-radius: 0 8px 8px 0; }
    section.answer h2 { font-size: .85rem; text-transform: uppercase; letter-spacing: .08em;
      color: var(--accent); }
    section.answer p { font-size: 1.06rem; margin: .5rem 0; }
    section.answer p.note { font-size: .92rem; color: var(--muted); }
    .facts { display: flex; flex-wrap: wrap; gap: .75rem 2.5rem; margin: 1.5rem 0 0; }
    .facts div { display: flex; flex-direction: column; }
    .facts b { font-size: 1.35rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
    .facts span { font-size: .85rem; color: var(--muted); }
    figure { margin: 0; background: var(--card); border: 1px solid var(--grid);
      border-radius: 8px; padding: .5rem; overflow-x: auto; break-inside: avoid; }
    figure svg { display: block; width: 100%; height: auto; }
    .plot { margin: 1rem 0; }
    .plot svg { max-width: 46rem; margin: 0 auto; }
    .plots { display: grid; gap: 1rem; margin: 1rem 0;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
    .plots svg { max-width: 34rem; margin: 0 auto; }
    svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    .wide { overflow-x: auto; margin: .5rem 0;
      background: linear-gradient(to right, var(--paper) 40%, transparent) 0 0 / 2rem 100% local,
        linear-gradient(to left, var(--paper) 40%, transparent) 100% 0 / 2rem 100% local,
        linear-gradient(to right, var(--edge), transparent) 0 0 / .7rem 100% scroll,
        linear-gradient(to left, var(--edge), transparent) 100% 0 / .7rem 100% scroll;
      background-repeat: no-repeat; }
    table { border-collapse: collapse; font-size: .88rem; line-height: 1.35;
      min-width: min(100%, 36rem); }
    th, td { padding: .4rem .55rem; text-align: left; border-bottom: 1px solid var(--grid);
      white-space: nowrap; vertical-align: top; }
    th { font-weight: 600; color: var(--muted); border-bottom: 2px solid var(--grid); }
    th:first-child, td:first-child { padding-left: 0; }
    .n { text-align: right; font-variant-numeric: tabular-nums; }
    th { vertical-align: bottom; }
    th.t, td.t { white-space: normal; min-width: 9rem; }
    tr.shown td { font-weight: 650; color: var(--accent); }
    pre { background: var(--card); border: 1px solid var(--grid); border-radius: 8px;
      padding: .9rem 1rem; overflow-x: auto; font-size: .82rem; line-height: 1.5; margin: 0; }
    code { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Consolas, monospace; }
    footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--grid);
      font-size: .85rem; color: var(--muted); }
    @media (max-width: 40rem) {
      main { padding: 1.5rem 1rem 2rem; }
      section.answer { padding: 1rem; }
      section { margin-top: 2.25rem; }
      table { font-size: .8rem; }
      th, td { padding: .35rem .4rem; }
      th, td.n { white-space: normal; }
      th.t, td.t { min-width: 4.6rem; }
      .t:first-child:nth-last-child(n+6) { min-width: 10rem; }
      figure { padding: .25rem; }
    }
    @media print {
      body { font-size: 10.5pt; background: none; }
      main { max-width: none; padding: 0; }
      section { margin-top: 1.5rem; }
      h2, h3, section > p { break-after: avoid; }
      p { orphans: 3; widows: 3; }
      tr { break-inside: avoid; }
      pre { white-space: pre-wrap; }
      .wide, figure { overflow: visible; }
      figure svg { min-width: 0 !important; }
      .wide { background: none; }
      .plots { grid-template-columns: 1fr 1fr; gap: .6rem; }
      table { font-size: 8pt; }
      th, td { padding: .2rem .35rem; white-space: normal; overflow-wrap: break-word; }
      .n { white-space: nowrap; }
      th.n { white-space: normal; }
      th.t, td.t { min-width: 0; }
    }

    """
}
