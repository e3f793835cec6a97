"""Everyday words of Asia and Africa as they are sent in Latin letters; the other scripts are in money/scripts.py."""

from __future__ import annotations

WORDS = {
    "id ms": """
        anda kamu kami saya yang adalah ialah sebesar sejumlah sebanyak ada memiliki mempunyai punya masih tinggal
        tersisa tersedia sisa saat ini sekarang terkini semasa kini hari pukul jam tanggal tgl tarikh pada di dalam dlm
        dari dengan dan juga serta untuk nomor nomer nombor hp handphone telepon telefon ponsel kartu kad sim simcard
        prabayar prepaid akaun akun utama pokok reguler pulsa saldo kredit baki jumlah total nilai pelanggan yth bapak
        ibu tuan puan encik saudara pengguna halo hai selamat pagi siang petang malam datang terima kasih trims
        terimakasih info informasi maklumat berlaku aktif sah masa tempoh januari februari maret april mei jun juni jul
        juli ogos agustus september oktober november disember desember rupiah ringgit senin selasa rabu kamis jumat
        sabtu minggu isnin khamis jumaat ahad
    """,
    "tl": """
        ang ng mga mo ko inyong iyong iyo inyo ikaw kayo ay nasa sa na ngayon ngayong kasalukuyan kasalukuyang petsa
        oras araw balanse balance load natitira natitirang natira mayroon meron kang po opo ka account numero numerong
        number regular pangunahing prepaid hi salamat piso pesos kabuuan kabuuang para valid expire ito itong lang
    """,
    "vi": """
        quý quy khách khach hàng hang của cua bạn ban thuê thue bao tài tai khoản khoan chính chinh tk tkc tkg gốc goc
        số dư du sđt sdt điện dien thoại thoai di động dong hiện hien tại nay tính tinh đến den thời thoi điểm diem ngày
        ngay tháng thang năm nam lúc luc giờ gio là la có co lại lai đang dang đồng vnd vnđ hạn han sử su dung kính kinh
        chào chao xin cảm ơn cam on cám thông tin thong tổng tong trong và va sim
    """,
    "th lo km my": """
        yod ngern ngoen khong luea khongluea khun than tan mee mi khue baht bath number ber lek na wan thi krub krap ka
        khrap sawasdee khopkhun khob lak pajuban thoraraisap thorasap moe thue nguen yot luy samatol teuk prak knong kon
        niw sal lakkyan lekkyan ngwe kyat ks kyats phone
    """,
    "sw": """
        salio lako la ni wa za cha kwa katika kwenye na una unayo umebaki limebaki lililobaki iliyobaki iliyopo lililopo
        kuu kawaida sasa hivi leo tarehe saa siku muda maongezi simu yako yangu namba nambari akaunti laini mteja
        wapendwa mpendwa ndugu habari asante ahsante karibu tafadhali taarifa jumla sh tsh tzs ksh kes ugx shilingi
        ambalo ambayo bado tu pia inaisha
    """,
    "so am om ha yo ig zu": """
        haraagaagu haraagaaga haraagu hadhaaga hadhaagaagu waa ah ku akoonkaaga akoon xisaabta xisaabtaada xisaabtaadu
        lambarka lambarkaaga numberka mobilka macmiil sharaf leh hadda maanta taariikh mahadsanid fadlan waxaa waxa ayaa
        yahay tahay dollar shilin qeri hisab hisabwo hisabwot hisabo newu birr eske wuud denbegnachin yeqeri aakaawntii
        herrega herregni keessan haftee hafe kan keessa jira qarshii maamila kabajamoo asusunka asusunku ragowar kudin
        kudinka kudi kake naka yanzu naira sauran kuna da shine lambar wayar ka iye owo ti o ninu akanti re rẹ je jẹ ego
        gi fodurụ foduru imali yakho ibhalansi ungu isele ngu okwamanje namhlanje ngiyabonga siyabonga mholo sawubona
        molo
    """,
    "rw mg fr-af st sn ny": """
        ufite usigaranye amafaranga asigaye kuri konti yanyu yawe ni nimero telefone ubu mukiriya murakoze muraho bwana
        madamu rwf frw frs angahe hano ny fahanao fahana sisa ao aminao amin'ny dia ariary ar kaontinao kaonty laharana
        izao anio androany tompoko misaotra volanao vola ianao manana na mali yako yenyu muaccount chasara chasala chanu
        ndi k mk ndalama zanu mu foni tsopano lero zikomo zatsala balance yanu
    """,
    "ar-latin fa-latin ku": """
        rasidak rasidek rassidak raseedak rasidok rasid rassid raseed hesabak hisabak alhali elhali hali lhali huwa
        houwa howa hwa hiya fih 3andek 3ndek andek dyalek dyalk dialek dialk lyoum alyawm daba raqmak khat khatak aziz
        azizi amil mushtarik moshtarek shukran choukran marhaba ahlan jounaih jneh gnih ginih egp dinar dirham riyal
        rial lira baqi mutabaqi motabaqi asasi raisi moshtarak gerami mojoodi mojudi mowjoodi hesab hesabe etebar
        etebare shoma sim cart kart kard konooni feli asli ast mibashad rials toman tomans darid mande mandeh baghimande
        baghi emrooz tashakor salam balansa balansi we ye hesaba iqd bakiye
    """,
    "hi ur bn ne si ta": """
        aapka aapki aapke aap ka ki ke ko mein me hai hain ab abhi vartaman maujuda mojuda shesh khata khate khaate
        account mukhya balance rashi raqam rs rupaye rupay rupee rupees rupya priya grahak sadasya namaste namaskar
        dhanyavad shukriya mobile number sankhya par kul talktime tareekh tarikh aaj din valid vaidhta muazziz sarif
        saarif janab mojooda apnar apnake apni mul mool pradhan e te ache achhe holo ho'lo ekhon bortoman bartaman taka
        tk priyo grahok dhonnobad meyad aj abshishta tapaiko tapainko khatama ma haal haalko maujdat chha cha rahan
        rahanu rupaiya rupiya rupaiyan ru npr adaraniya dhanyabad aaja obage obe shesaya rupiyal giinume ginume danata
        dan mudala gaanana ungal ungalin kanakku kanakkil iruppu meethi rubai rupai aagum ullathu tharpothaiya
    """,
    "id-zh-latin ko ja": """
        ninde nin de yue yu e wei yuan zhanghu dangqian shi zhuzhanghu huafei rmb zandaka yen wa desu gozaimasu janaek
        won
    """,
}
