"""Possible disclosures of harm or risk, which ask for action: phrases of many kinds, then words that weigh.

Meant to find too much rather than too little. A denial ('nobody was hurt'), a fear and a figure of speech are
found as well, for people who are harmed deny it too. It misses what neither the phrases nor the words here
foresee, and so does not stand for reading.
"""

from __future__ import annotations

import re

from textmine.cleaning.harm_words import weigh_words
from textmine.cleaning.keys import plain_words
from textmine.cleaning.pointers import any_of
from textmine.cleaning.scan import compile_search

_SELF = r"(?:my ?self|him ?self|her ?self|them ?selves|themself|yourself|ourselves)"
_SOMEBODY = (
    r"(?:me|us|him|her|them|you|someone|somebody|others?|people|staff|(?:my|his|their|our|your|a|an"
    r"|the|another|each|one)"
    r" \w+|child|children|kids?|pupils?|students?|patients?|residents?|teachers?|nurses?|mum|dad|by)"
)
_KIN = (
    r"(?:me|us|him|her|them|mum|mam|dad|nan|gran\w*|grandad|baby|babies|toddlers?|infants?|child"
    r"|children|kids?|bairns?|boys?"
    r"|girls?|lads?|pupils?|students?|patients?|residents?|sons?|daughters?|brothers?|sisters?|wife"
    r"|husband|partner|mother"
    r"|father|grandm\w+|grandf\w+|nephews?|nieces?|colleagues?|neighbou?rs?|clients?|teenagers?|teens?"
    r"|twins|carers?|teachers?)"
)
#: Kinds of harm with their phrases, one pattern a line, of plain words: small letters, no apostrophes, no
#: marks.
KINDS = {
    "suicide and self-harm": rf"""
        suic\w*|sucid\w*|suisid\w*|su\w?icid\w*|self ?harm\w*|self ?injur\w*|overdos\w*|ligature\w*|end it all
        (?:harm|hurt|cut|burn|starv|injur|hang|kil|drown|scratch|hat|hit|poison|punish|bit|bang)\w* {_SELF}
        hopeless|worthless|found (?:\w+ ){{0,2}}(?:pills|tablets|needles|blood|a note
        a letter|a knife|a rope)|noose|ropes?|(?:goodbye|suicide) (?:note|letter)|scratch\w* (?:my|his|her
        their)|bleeds?
        (?:end|ending|ended|tak(?:e|es|ing|en)|took) (?:my|his|her|their|your) (?:own )?li(?:fe|ves)
        (?:want|wants|wanted|wanting|wish|wishes|wished|ready|rather|tried|trying|going
        hoping)(?: \w+){{0,3}} (?:die|dead|dying|disappear)
        better off (?:dead|without me|not here)|wish (?:\w+ ){{0,4}}(?:born|dead|alive|not here)
        stopped wanting|lonely|loneliness|nobody to talk to|dread (?:going|coming|school|work|every|each
        being)|not wake up|wont be here
        (?:dont|do not|didnt|doesnt|does not|not|no longer|cant)(?: \w+){{0,2}} (?:want|wanting|wish
        see the point|see any point)(?: \w+){{0,3}} (?:live|living|alive|here|exist|go on|going on|carry on)
        (?:worth|point (?:in|to|of)|reason (?:to|for|in)) (?:living|live|going on|carrying on|being here)
        nothing (?:left )?to live for|never wak(?:e|ing) up|what is the point|whats the point
        give up on (?:life|everything|myself)|given up on (?:life|everything)|tired of (?:living|life
        being alive)|sick of (?:living|life|being alive)|(?:nobody|no one|noone) would (?:miss|care|notice)
        without me\b|(?:load|lots|loads|packet|box|bottle|handful|too many) of (?:\w+ )?(?:paracetamol
        pills|tablets|ibuprofen)|too many (?:pills|tablets|paracetamol)|paracetamols?|swallow\w* (?:batter\w+
        bleach|pills|tablets|glass)|thinking about (?:death|dying)|talk\w* (?:about|of) (?:dying|death|taking
        ending)
        (?:cant|cannot|can not|couldnt|unable to|struggl\w+ to|able to) (?:cope|go on|carry on|keep going
        take it any ?more|do this any ?more)
        not coping|(?:nervous|mental) breakdown|crisis|breaking point|rock bottom|hear\w* voices
        voices (?:telling|in)|panic attacks?
        (?:cut|cuts|cutting|slit|slits|slash\w*)(?: open)? (?:my|his|her|their) (?:own )?(?:wrists?|arms?
        legs?|thighs?|skin|throat)
        jump\w* (?:off|in front of|out of|from) (?:the|a|an|his|her|my)\b|thoughts of (?:ending|death|dying
        harming)|(?:dark|bad|intrusive|horrible) thoughts|end(?:ing)? (?:things|it)|(?:do|did
        doing) something (?:stupid|silly|bad|drastic)|end of (?:my|her|his|our|their) (?:tether|rope)
        trust myself|scars|stopped (?:taking|speaking|talking|eating|washing|going out|coming out)|(?:not
        hasnt|never|wont) (?:left|leaves?|come out of|coming out of) (?:his|her|my|their) (?:room|bed|house
        home)|give(?:n|s)? away (?:his|her|my|their)|low mood|depress\w*|desperate\w*|despair\w*
        numb\b|self destruct\w*
    """,
    "abuse": r"""
        abus\w*|molest\w*|pa?edophil\w*|rape[ds]?|raping|rapist|groom(?:ed|ing)|indecent\w*|incest\w*
        sexual\w*|sexting|nudes?
        exploited|exploitation|exploiting|traffick\w*|county lines|fgm|forced marriage|honou?r (?:based
        killing)|modern slavery|radicali[sz]\w*
        touch(?:ed|es|ing) (?:me|him|her|them|up|my|his|their|the (?:child|children|girls?|boys?|kids
        pupils?)|children|girls|boys|pupils)|private parts|(?:t(?:ou|u)ch|tuch)\w* (?:me|him|her)|kiss(?:ed
        es|ing)? (?:me|him|her|my|a|the|pupils?|children|on)|grop(?:ed|es|ing)|fondl\w*|breasts?|genitals
        penis|vagina|naked|undress\w*|underwear|expos(?:ed|ing|es) (?:himself|themselves|herself)
        masturbat\w*|porn\w*|shower with|changing rooms?|(?:ask\w*|send\w*|shar\w*
        wants?) (?:\w+ ){0,3}(?:for )?(?:pictures|photos|pics|images)|(?:do|does|did|doing
        done) (?:\w+ )?things to (?:me|him|her|them)|strok(?:es?|ed|ing) (?:me|my|his|her)|films? (?:the|us
        me|her|girls|children)|filming|play(?:s|ed)? a game|stay behind|puts? (?:his|her|their) (?:arms?
        hands?) (?:round|around|up|down|on|over|under)|sit on (?:his|her) (?:knee|lap)|hands (?:on (?:me|my
        him|her|the)|where|were)|comes? (?:in|into) my (?:room|bed)|older (?:men|man|lads?|boys?|guys?
        boyfriend)|strangers?|met (?:\w+ )?online|ran off|run off|buy(?:s|ing)? (?:my|him|her|the
        them) (?:\w+ )?(?:presents|gifts|things|alcohol|vodka|drinks|cigarettes)|presents and|stay over
        alone with|gifts from|white van|protect (?:my|her|him|them|me|the children|our) \w+(?: \w+)? from
        makes? (?:me|him|her|them) (?:feel )?(?:uncomfortable|scared|sick)|secret(?:ly)? (?:meet|film
        messag)\w*
        (?:relationship|affair|sex|sleeping) with (?:a|an|one of|his|her|my|the) (?:\w+ )?(?:pupils?
        students?|teachers?|sixth former|patients?|year \w+|client|child|teenager|girl|boy)
        inappropriate\w* (?:touch\w*|contact|relationship|behaviou?r|comments?|messages?)
        behav\w* inappropriately|creepy|pervert\w*
        (?:makes?|made|making|forc\w+) (?:me|him|her|them|us|my \w+) (?:to )?(?:do things|take off|undress
        touch|watch|sleep|have sex|keep|drink|stand)
        (?:told|said|asked|tells?)(?: \w+){0,3} not to tell|(?:little|dirty) secrets?|domestic
        allegations?|laxatives|(?:spiked|put something in)|run(?:s|ning)? errands|dealers?
        cuckoo\w*|recruit(?:s|ed|ing)? (?:our|the|my|children|kids|boys|girls|year)|stor(?:e|es|ing) (?:stuff
        things|packages) for|papers and|no passport|bank cards?|allege[ds]?|disclos(?:ed|ures?|ing)
        controls (?:\w+ )?(?:my|me|her|his|what|where)|checks (?:my|her) phone|(?:wont|doesnt|not|never
        didnt) (?:let|allow(?:ed)?) (?:me|her|him|us|them|my|to (?:see|leave|eat|speak|go))|(?:isnt|arent
        not) allowed to (?:see|leave|eat|speak|go|have|drink)|controlling (?:\w+ )?(?:behaviou?r|partner
        husband|boyfriend|relationship|dad|father)|coerc\w*|humiliat\w*|degrad(?:ed|ing)|belittl\w*
        corner(?:s|ed|ing) (?:me|him|her|them)|stol(?:e|en)|steal(?:s|ing)? (?:from|her|his|my|their|money)
        (?:takes?|took|taking) (?:his|her|my|their) (?:\w+ )?(?:money|pension|benefits|cash|card|savings
        passport)|(?:keep|kept|have|has|holds?) (?:my|her|his|their) passports?|no pay|unpaid labour
        forced to (?:work|marry|have|do|eat|sleep|stay)|(?:be|get|getting|being) married|(?:get
        getting) cut\b|(?:sent|taken|taking \w+) (?:abroad|back there|overseas)
        cruel\w*|punish\w*|withh(?:eld|old\w*)|scream(?:s|ed|ing)? (?:at|in)|(?:shout|yell|swear|swore)(?:s
        ed|ing)? (?:at|in|and) (?:me|us|him|her|them|the|my|children|confused|patients|pupils|kids|residents
        hit|break|throw)\w*|calls? (?:me|him|her|them|us) (?:names|stupid|animals|\w+ names)
        call\w* (?:patients|children|pupils|kids) (?:names|animals|stupid)|cr(?:y|ies|ied|ying) (?:every|all
        in the toilets|himself|herself|myself)|tortur\w*|torment\w*|(?:ill|mis|mal) ?treat\w*
        treated (?:\w+ )?like (?:an? )?(?:animals?|dogs?|dirt|prisoners?|rubbish)
    """,
    "violence": rf"""
        assault\w*|violen\w*|aggressi\w*|beaten|beatings?|beat(?:s|ing)? (?:me|us|him|her|them|up|my|his
        their|the (?:child|children|boy|girl|kids))
        (?:hit|hits|hitting) (?:out|each|one|{_SOMEBODY})|(?:being|been|gets?|got|getting|was|were|is) hit
        smash\w* (?:up|my|the|his|her|a)|breaking things|fists?
        puts? (?:\w+ ){{0,3}}(?:through|into) (?:the |a )?(?:walls?|doors?|windows?)|smack\w*|spank\w*
        slap(?:s|ped|ping)?|punch\w*|headbutt\w*|batter(?:ed|ing)|whipped|belted|strangl\w*|throttl\w*
        suffocat\w*
        kick(?:ed|s|ing) \w+|kick (?:me|him|her|them|staff|each|other)|chok(?:ed?|ing|es)
        stab(?:s|bed|bings)?|stabbing|murder\w*|kil(?:l|led|ling|ls|ler)?
        manslaughter
        burn(?:t|ed|s|ing) (?:me|him|her|them|with|by|on|marks?)|burn marks?|cigarette burns?|scald\w*|acid
        spat (?:at|on|in)|spit(?:s|ting)? (?:at|on|in)
        (?:bit|bites|biting|bitten) (?:me|him|her|them|staff|another)|bitten|bite marks?|sh(?:ook|aking|aken
        akes) (?:the|my|her|his|me|him) ?\w*
        pinch(?:ed|es|ing) (?:me|him|her|them|my|another|each)|(?:push|shov|grab|drag|pinn|slamm
        hurl)\w* (?:{_SOMEBODY}|over|down|against|into|about|around)|(?:threw
        throwing|thrown|throws) (?:me|him|her|them|chairs?|things|a chair|furniture|my \w+|at|against|down)
        manhandl\w*|man handl\w*|rough(?:ly)? (?:handl\w+|with|treat\w+)|handled roughly|physically|pull(?:ed
        s|ing) (?:me|him|her|my|his|their) (?:hair|arm|\w+ (?:down|by|out|about))|by (?:the|his|her
        my) (?:hair|throat|neck)
        attack(?:ed|s|ing|ers?)|(?:an|under|physical|knife|racist|vicious) attack|mugged|robbed|jumped (?:by
        on)|ambush\w*|bruis\w*|black eyes?|split lip
        broken (?:bones?|arm|leg|ribs?|nose|jaw|wrist|finger|hip)|(?:arm|leg|ribs?|nose
        jaw|wrist|finger|hip) (?:was|were|is|got) (?:broken|fractured|dislocated)|dislocat\w*|broke (?:my|his
        her) (?:arm|leg|ribs?|nose|jaw|wrist|finger)|fractur\w*|unexplained (?:marks?|injur\w+|bruis\w+
        cuts?)|marks (?:on|all over)|bleeding|blood (?:on|all|everywhere)
        (?:been|being|be|get|gets|got|was|were|getting|is|nobody was|anyone was) (?:\w+ )?(?:hurt|injured
        harmed)|hurt(?:s|ing)? (?:someone|somebody|others|other|me|him|her|them|my|his|their|children|people
        another|a|the|each|so)|(?:harm|harms|harmed|harming) {_SOMEBODY}|cause\w* (?:\w+ )?harm|injur(?:ed|y
        ies)
        (?:into|started|starting|constant|having|have|had|daily|physical|playground|big) (?:a |an 
        another |physical )?fights?|fight(?:s|ing) (?:between|broke|at|in the|every|with|on)|gangs?|robbery
        burgl\w*|arson\w*|set (?:\w+ )?(?:fires?|alight)|setting fires?
        (?:slap|punch|kick|beat|threw|throw|push|shov|drag|grab|pinn|forc|corner|threaten|shout|scream|swear
        swore|yell|spit|spat|burn|scald|strangl|chok|drown|poison|drug|starv|hurt|harm|injur|attack|assault
        kidnap|robb|terroris|bull[iy]|taunt|teas|humiliat|belittl|lift|chas|tripp|whipp|lash|struck|strik
        smother|wrestl|squeez|twist|yank)\w* (?:\w+ ){{0,3}}{_KIN}
        (?:he|she|dog|patient|resident|boy|girl|child|kid) bit|threw up|throws? (?:plates|things
        chairs|stuff)|knocked (?:down|over|out|unconscious)|run over|hit by a (?:car|van|bus|bike|lorry)
        what (?:they|he|she) (?:do|does|did) to (?:me|him|her|them|us)|into (?:his|their) (?:car|van|house
        flat|room)
        (?:was|were|been|being|gets?|got|getting|is|are) (?:\w+ )?(?:slapped|punched|kicked|pushed (?:over
        down|into|about|around)|shoved|dragged|grabbed|touched|locked|tied|shouted at|screamed at|threatened
        robbed|followed|chased|tasered|drugged|thrown|choked|burned|burnt|pinned|held down|cornered|spiked
        manhandled|hounded|trapped|filmed|watched|beaten up|jumped|stripped)
        (?:made|makes?|making|forc\w+) (?:\w+ ){{0,2}}to (?:sleep|stand|eat|fight|sit|watch|beg|steal|lie
        kneel|strip|clean|undress|stay|drink|marry|have sex)|tasered?|what happened (?:to (?:me|him|her|us)
        at|that night)|(?:believes?|believed) me|laugh(?:ed|s|ing)? (?:when|while) (?:he|she|i|they)|(?:lose
        loses|losing|lost) (?:his|her|their) temper|gets? (?:\w+ )?(?:angry|nasty|violent|physical)
        nightmares? (?:about|since|every)|flashbacks?|traumati[sz]\w*|ptsd
        restrain\w*|shut(?:s|ting)? (?:me|him|her|them|us|my \w+) (?:in|up|out|away)|barricad\w*|tied (?:up
        to|down)|held (?:me |him |her |them )?(?:down|against)|lock(?:ed|s|ing) (?:me|him|her|them|us|in|up
        inside|my \w+|the children|out)|seclu\w*|sedat\w*|drugged
    """,
    "threats and weapons": rf"""
        threaten(?:ed|ing|s)? (?:me|us|him|her|them|to|with|my|by|staff|behaviou?r|pupils?|patients?|a
        language|people|violence|someone|each|other)|(?:felt|feel|feeling|very|being|been|is
        was) threaten(?:ed|ing)
        threats? (?:to|against|from|made|of violence|towards)|made (?:\w+ )?threats|death threats?
        blackmail\w*|intimidat(?:e|es|ed|ing|ion)|harass\w*|stalk(?:ed|ers?|ing|s)|follow(?:ed|s|ing)? (?:me
        him|her|home|them|my)|watch(?:ed|es|ing)? (?:me|us|her|them|the girls|the boys|the children
        the changing)|turn(?:s|ed|ing)? up (?:at (?:my|her)|outside)|menacing
        weapons?|hammers?|axes?|baseball bats?|crowbars?|intruders?|br(?:oke|eak|eaking) in(?:to)?(?: my| our
         the house)?|knows where (?:i|we|she) lives?|watch (?:my|your) back|knife|knives|machetes?|blades?
        guns?|firearms?|blow (?:up|us)|blown up|blowing up|shootings?|shooter|shoot (?:him|her|me|them|the
        someone|people|up)|shot (?:at|dead|him|her|someone|by)|bombs?|explosives?|razors?|scissors
        bull(?:y|ied|ies|ying)|racis[tm]\w*|racial\w*|hate crimes?|homophob\w*|islamophob\w*|transphob\w*
        antisemit\w*|picked on|victimis\w*|taunt(?:s|ed|ing)?|persecut\w*
        going to (?:hurt|kill|harm|hit|stab|beat|batter) {_SOMEBODY}|extremis[tm]\w*|terroris[tm]\w*
        police|needles?|syringes?|restraining order|non molestation
    """,
    "neglect": r"""
        neglect\w*|malnourish\w*|starv(?:ed|ing|es?)|under ?fed|dehydrat\w*|emaciat\w*|abandon\w*
        (?:not|never|rarely|hardly
        isnt|wasnt|arent) (?:been |being |getting )?(?:fed|washed|changed|turned|bathed|eaten|eating)
        hungry|begg(?:ing|ed) (?:for|me|them|him|her)|out of reach|(?:nobody|no one) (?:fed|washed|changed
        checked|noticed|listens|listened)|on (?:its|her|his|their) own (?:in|at|all)|(?:no
        without|any|enough) (?:food|water|heating|electricity|clean clothes|warm clothes|a coat)
        nothing to eat|stealing food|steals food|not (?:given|had) (?:\w+ )?(?:food|water|drink|medication)
        without (?:a drink|eating|medication|(?:my|her|his) medication|supervision)
        (?:leav(?:e|es|ing)|left) (?:him|her|them|the children|the kids|my \w+|a child|children|kids|babies
        the baby) (?:\w+ )?(?:alone|unattended|unsupervised)|left (?:\w+ ){0,3}?(?:alone|unattended
        unsupervised|lying|on the (?:floor|toilet|commode)|in (?:soiled|wet|dirty|pain|agony|urine|the (?:car
        dark|cold)|(?:his|her|my|their) own|a (?:soiled|wet|dirty|chair))|for (?:\w+ )?(?:hours|days)|without
        for dead|to die|by (?:himself|herself|themselves|myself|themself))
        (?:home|house) alone|alone (?:at home|at night|in the house|all night|overnight)|(?:on|by) (?:his|her
        their) own (?:all|at|overnight|every|most)|look(?:s|ing)? after (?:herself|himself|themselves|younger
        (?:her|his) (?:\w+ )?(?:brothers?|sisters?|siblings?|mum|mother|dad))|nobody (?:to look|looks|looking
        cares|is looking) (?:after )?|young carers?
        (?:rats?|mice|mould|mouldy|cockroach\w*|damp) (?:in|on|everywhere|and|all|under|running)|with (?:rats
        mice|mould|cockroaches)|left to (?:wander|die|fend|cope|rot|starve|suffer|sleep|walk)|soiled|urine
        faeces|excrement|filthy|squalor|bed ?sores?|pressure (?:sores?|ulcers?|damage)|unwashed|head lice
        infest\w*|same (?:dirty )?(?:clothes|nappy|pad)|smell(?:s|ed|ing)? of (?:urine|wee|drink|alcohol
        cannabis|weed)|wet (?:bed|sheets|pad|clothes|nappy)|dirty (?:clothes|nappy|and hungry|bed)|unkempt
        (?:no|without) (?:breakfast|lunch|dinner|meals)|nappy rash|thin (?:that|you can)|skin and bones?
        ribs|underweight|lost (?:\w+ )?weight|losing weight|hung ?over|asleep on (?:duty|shift
        the job)|not (?:being )?(?:watched|supervised|looked after|cared for)|(?:cover|covered|covering|hush
        hushed|hushing) (?:it )?up|(?:brushed|swept) under|(?:put|puts|kick|kicks|kicked|chuck|chucked|throw
        threw|throws) (?:me|him|her|them) out|no beds?|sleep(?:s|ing)? on (?:the|a) (?:floor|streets?|sofa)
        head ?lice|(?:has|had) lice|no coat|dropped (?:from|on|her|him|me|the baby)|sores
        hasnt been seen|(?:nobody|no one) (?:has|have) seen|hid(?:e|es|ing) (?:from|under|in|when)
        wheelchair (?:from|all)
        homeless\w*|sleep(?:s|ing)? (?:rough|in (?:the|a|our|his|her|their) car|on the streets?)|sofa surfing
        evict\w*|walk(?:s|ing)? (?:home|to school|the streets) alone|wander(?:ing|ed) (?:about|around|the|on
        alone|off|in)|lost (?:the|our|his|her|their) (?:flat|house|home)|different sofa|thrown out of
        kicked out|refuge|fled|flee(?:ing)?|run(?:s|ning)? away|ran away|runaway|(?:go|goes|gone|going
        went) missing|missing (?:from home|child|children|person)|abscond\w*|kidnap\w*|abduct\w*
        wander\w* off
    """,
    "safeguarding": r"""
        safeguard\w* (?:\w+ )?(?:concern|issue|incident|worr|risk|breach|fail|complaint|allegation|disclos
        alert|problem|matter|lapse|emergenc|nightmare)\w*|safeguard\w* referrals? (?:was|were|made|for|about
        ignored)|(?:raise[ds]?|report\w*|serious|major|huge|breach of|ignor\w+|failure of|failed|no|poor
        log\w*) (?:\w+ )?safeguarding$
        safeguarding (?:of|for|around|about) (?:a|this|that|the|one|my|his|her|our) (?:\w+ )?(?:child|pupil
        patient|student|boy|girl|resident|son|daughter|adult|children|person)|safeguarding (?:is|was
        are) (?:not|being|ignored|poor|non|a|an|terrible|failing|lacking|dangerous)|not safeguard\w*
        concern\w* (?:about|for|regarding) (?:the |my |his |her |their |a |this |our )?(?:\w+ )?(?:safety
        welfare|wellbeing|safeguarding)
        child protection (?:concern|issue|plan|referral|case|order|matter|register|enquir)\w*
        social (?:services|workers?|care (?:has|have|been|took|involved|referral))|lado|mash|whistle ?blow\w*
        taken into care|looked after child|into foster care|at risk register|vulnerable (?:child|adult|person
        girl|boy|pupil|patient|young person)
    """,
    "danger and fear": r"""
        (?:at|high|higher|serious|severe|great|grave|real|immediate|significant
        considerable) (?:\w+ )?risk\b|risk (?:of|to) (?:\w+ )?(?:harm
        life|lives|death|dying|injury|self|himself|herself|themselves|others|abuse|falls|falling|children
        pupils|patients?|my|his|her|their|safety|health|suicide)|put(?:s|ting)? (?:\w+ ){1,3}(?:at risk
        in danger)|risky
        dangers?|dangerous\w*|endanger\w*|life (?:threatening|or death|and death)|risk(?:ing
        ed) (?:\w+ )?li(?:fe|ves)|(?:cost|lose|lost|losing|save) (?:\w+ )?(?:a|his|her|their
        my) (?:\w+ )?life|peril\w*|hazard\w*
        unsafe|not (?:\w+ ){0,3}?(?:safe|feeling safe)|(?:dont|doesnt|didnt|do not|does not|did not|never
        no longer|hardly|cant|couldnt|cannot|isnt|wasnt|arent|nt) (?:\w+ ){0,3}?safe|(?:keep|kept|make
        made) (?:me|him|her|them|us|my \w+) safe|keep \w+ safe|safe (?:at home|from (?:him|her|them|harm))
        about (?:my|his|her|their|the|our|childrens?|pupils?|patients?) (?:\w+ )?(?:safety|life
        lives)
        (?:scared|afraid|frightened|terrified|petrified|fearful)|fear (?:of|for)|fears? (?:for|that (?:he|she
        they|someone))|live[sd]? in fear|flinch\w*|scares? (?:me|him|her|them)|frighten(?:s
        ing) (?:me|him|her|them|my|the|child\w*|pupils?|behaviou?r)
    """,
    "death, grave errors and addiction": r"""
        died|dies|dying|dead|deaths?|fatal\w*|coroners?|inquest|post ?mort[eu]m|passed away|sepsis
        near miss\w*
        (?:someone|somebody|another \w+|other \w+) (?:elses? )?(?:medication|medicine|meds|tablets
        prescription|insulin|blood)|(?:had|having|has) (?:a|an) (?:fit|stroke|overdose|seizure
        allergic reaction|anaphyla\w*)|(?:medication|drug|dosing) errors?|(?:wrong|incorrect|too much|double
        missed|no) (?:\w+ )?(?:medication|medicine|meds|doses?|tablets|injection|insulin|drugs?)|(?:given
        gave|gives) (?:\w+ ){0,2}(?:wrong|incorrect)|misdiagnos\w*|collaps(?:ed|ing|es)|unconscious
        stopped breathing|(?:couldnt|cant|could not|cannot|struggling to) breathe|seizures?
        anorexi\w*|bulimi\w*|purging|mak(?:e|es|ing) (?:(?:her|him|my) ?self|themselves) (?:sick|throw up
        vomit)|swerv\w*|passed out|head injur\w*|cpr|eating disorder\w*|(?:not|isnt|wont|stopped|refus\w+ to
        hasnt) (?:eat|eating|eaten)|fell (?:out of|down|from|over|off|(?:\w+ )?(?:times|twice))|fallen (?:on
        out|down|from|off|\w+ times)|asbestos|lost (?:my|her|our|the) baby|miscarr\w*|stillb\w*
        stopped eating|weighs (?:under|less|only)|matter of time before|(?:had|bad|several|many|multiple
        more) falls?\b|relapse[ds]?|psychosis|psychotic|sectioned
        drunk\w*|(?:using|taking|took|takes|selling|dealing|sells|on|smok\w+|class a|hard|illegal|offered
        found|injecting|bringing|carry|carrying|run|running|moving|hiding) (?:\w+ )?(?:drugs?|heroin
        cocaine|crack|cannabis|weed|spice|ketamine)|heroin|cocaine|drug (?:use|user|abuse|dealing|(?:a|the
        drug|for) dealers?|addict\w*|misuse|taking)|addict\w*|alcoholi\w*|substance (?:abuse|misuse)|vodka
        self medicat\w*|drink(?:s|ing)? (?:at work|to cope|to forget|to get|on his own|on her own|alone
        more than)|high on|overdosing|bottles? of (?:wine|whisky|gin|spirits|rum)|vapes and
        giving (?:\w+ ){0,2}(?:vapes|drugs|alcohol|cigarettes)|taking (?:stuff|things|something) to (?:get
        cope|sleep)|(?:alcohol|drink|drinking) problem|drink(?:s|ing)? (?:too much|heavily|every (?:day
        night)|all (?:day|night)|again)|smell(?:s|ing|ed)? of (?:drink|alcohol)
    """,
}

#: Phrases of everyday talk that are taken out before the search is trusted.
EVERYDAY = any_of(rf"""
    hopeless (?:at|with)|get(?:ting)? cut (?:off|back|short|down)|stabbing pains?|police cadets?
    hit(?:s|ting)? (?:(?:us|schools?|budgets?|families|parents|pupils|people|staff) )?(?:so |very )?hard
    hit(?:s|ting)? (?:\w+ )?targets?|hit(?:s|ting)? (?:\w+ )?(?:by )?(?:the )?(?:\w+ )?(?:funding|cuts
    budgets?|covid|pandemic|ground)|kick(?:ed|s|ing)? ?(?:off|started)
    (?:scheme|funding|money|effect|policy|it) kick(?:s|ed) in|kill\w* (?:for|two birds|time)
    push\w* (?:\w+ ){{0,3}}forward|push(?:ed|es|ing)? (?:on with|paper)
    broken \w+ (?:clinic|healed)
    (?:kick|push|forc)\w* (?:\w+ ){{0,3}}{_KIN} (?:in the right|off|to (?:do better|improve|achieve))
    starv\w* (?:of|for) (?:information|funding|funds|money|cash|resources|news)
    risk (?:assess\w*|management|register|of (?:clos(?:ure|ing)|being closed|redundanc\w*|losing (?:staff
    funding|money|our)|deficit|academis\w*))|dead on (?:time|right|target)
    dead (?:line|lock|easy|good|end|set|space|keen|wood|slow|simple|nice|helpful|weight|duck)\w*
    falls? (?:term|rolls|in (?:numbers|rolls?|funding|pupils?|income|places|birth))
""")  # fmt: skip
_PHRASES = [rf"\b{any_of(phrases)}\b" for phrases in KINDS.values()]
_SEARCH = compile_search("|".join(_PHRASES))
_SEARCH_EACH = compile_search(*_PHRASES)
_HARMLESS = re.compile(rf"\b{EVERYDAY}\b")
_MAY_BE_HARMLESS = compile_search(_HARMLESS.pattern)


def tells_of_harm(text: str) -> bool:
    """Whether a text may tell of harm or risk to somebody: to self or by others, neglect, danger, fear.

    Use it to choose what a person reads first, and show the hits to those alone who must act on them.

    >>> tells_of_harm("He said he wants to end his life"), tells_of_harm("We share a minibus")
    (True, False)
    """
    words = plain_words(text)
    return may_tell_of_harm(words, " ".join(words))


def may_tell_of_harm(words: list[str], said: str) -> bool:
    """``tells_of_harm`` for known ``plain_words``, apart and joined by spaces.

    >>> may_tell_of_harm(["she", "hits", "me"], "she hits me")
    True
    """
    if not _SEARCH(said):
        return weigh_words(words)
    if not _MAY_BE_HARMLESS(said):
        return True
    said = _HARMLESS.sub(" ", said)
    return bool(_SEARCH(said)) or weigh_words(said.split())


def kinds_of_harm(text: str) -> list[str]:
    """The kinds of harm whose phrases are in a text, in the order of ``KINDS``; none where words alone tell.

    >>> kinds_of_harm("He hits me and I am scared")
    ['violence', 'danger and fear']
    """
    said = _HARMLESS.sub(" ", " ".join(plain_words(text)))
    names = list(KINDS)
    return [names[i] for i in sorted(_SEARCH_EACH(said) or [])]
